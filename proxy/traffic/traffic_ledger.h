// What a router has counted of each service and client since it was last asked: for traffic reports. The
// counters are the workers' own (RequestStats), read from the control thread: a request costs nothing more.
#ifndef HEDDLE_PROXY_TRAFFIC_TRAFFIC_LEDGER_H_
#define HEDDLE_PROXY_TRAFFIC_TRAFFIC_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "lib/stats/traffic_row.h"
#include "proxy/classify/request_stats.h"

namespace heddle {

// One a router. Nothing is counted twice, and nothing lost: what somebody counted last is kept, after he has
// gone, for the next Take. While nobody takes, of those that have gone at most kMaxGone rows are kept.
class TrafficLedger {
  using Key = std::pair<std::string, std::string>;  // service, client
  struct Row;                                       // of all workers
  using Rows = std::map<Key, Row>;

 public:
  static constexpr size_t kMaxGone = 4096;

  // `ns`: the namespace that binds the router's names.
  explicit TrafficLedger(std::string ns);
  ~TrafficLedger();  // REQUIRES: no Entry is left
  TrafficLedger(const TrafficLedger&) = delete;
  TrafficLedger& operator=(const TrafficLedger&) = delete;

  // What one worker counts of one service at one client. Made and destroyed by the worker: both take a lock
  // that nobody holds for more than some ten microseconds.
  class Entry {
   public:
    // Names as they are shown: "/svc/web", "/#/io.l5d.fs/web-v1". `ledger` and `stats` outlive it.
    Entry(TrafficLedger& ledger, std::string service, std::string client, const RequestStats& stats);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    TrafficLedger& ledger_;
    const RequestStats& stats_;
    Rows::value_type* row_;  // in the map, which does not move it
  };

  // Appends to `out` what was counted since the Take before; rows without a request are left out. One thread.
  void Take(std::vector<TrafficRow>* out);

 private:
  const std::string ns_;
  std::mutex mutex_;  // absl's is opaque to the thread sanitizer
  Rows rows_ ABSL_GUARDED_BY(mutex_);
  size_t gone_ ABSL_GUARDED_BY(mutex_) = 0;  // rows without an entry
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_TRAFFIC_TRAFFIC_LEDGER_H_
