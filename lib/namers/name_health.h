// How following names goes: what a namer counts, and what is known of one name.
#ifndef HEDDLE_LIB_NAMERS_NAME_HEALTH_H_
#define HEDDLE_LIB_NAMERS_NAME_HEALTH_H_

#include <optional>

#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/stats/metrics_tree.h"

namespace heddle {

// What every namer counts, under namer/<prefix>. See README.md for their meaning.
struct NamerStats {
  explicit NamerStats(const Scope& scope);
  MetricSet set;
  Counter& lookups;
  Counter& updates;
  Counter& errors;
  Gauge& names;
  Gauge& names_in_error;
};

// One name that is followed. Loop thread only.
class NameHealth {
 public:
  // Both outlive it. Followed from now on, until it is destroyed.
  NameHealth(NamerStats& stats, Loop& loop);
  ~NameHealth();
  NameHealth(const NameHealth&) = delete;
  NameHealth& operator=(const NameHealth&) = delete;

  // Discovery has answered, or has failed to.
  void Succeeded();
  void Failed(const absl::Status& error);

  // OK unless the last try failed.
  const absl::Status& error() const { return in_error_ ? last_error_ : ok_; }
  const absl::Status& last_error() const { return last_error_; }
  // Since the Unix epoch.
  std::optional<Nanos> last_error_at() const { return last_error_at_; }
  std::optional<Nanos> last_success_at() const { return last_success_at_; }

 private:
  NamerStats& stats_;
  Loop& loop_;
  const absl::Status ok_;
  bool in_error_ = false;
  absl::Status last_error_;
  std::optional<Nanos> last_error_at_;
  std::optional<Nanos> last_success_at_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_NAME_HEALTH_H_
