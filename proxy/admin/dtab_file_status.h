// How a router stands with the file its rules are in: for the readiness page and the metrics.
#ifndef HEDDLE_PROXY_ADMIN_DTAB_FILE_STATUS_H_
#define HEDDLE_PROXY_ADMIN_DTAB_FILE_STATUS_H_

#include <memory>

#include "lib/naming/interpreter.h"
#include "lib/stats/metrics_tree.h"
#include "lib/watch/watch.h"

namespace heddle {

// Follows the file for as long as it lives, so that it is read, and its errors are logged, before any request
// needs it. Loop thread only.
class DtabFileStatus {
 public:
  // Adds to `router` (rt/<label>) the gauges interpreter/revision (how many versions of the rules were read)
  // and interpreter/failed (1 while the file is missing or malformed).
  DtabFileStatus(std::shared_ptr<Watch<Activity<VersionedDtab>>> file, const Scope& router);
  DtabFileStatus(const DtabFileStatus&) = delete;
  DtabFileStatus& operator=(const DtabFileStatus&) = delete;

  // There are rules: those of the file, or the last that could be read.
  bool ready() const { return file_->Get().value.has_value(); }
  // Why the file could not be read; OK if it could.
  const absl::Status& error() const { return file_->Get().error; }

 private:
  const std::shared_ptr<Watch<Activity<VersionedDtab>>> file_;
  MetricSet set_;
  Gauge& revision_;
  Gauge& failed_;
  Subscription subscription_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ADMIN_DTAB_FILE_STATUS_H_
