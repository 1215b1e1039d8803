// The metrics that the server side, each logical name and each client have alike: requests, success,
// failures, request_latency_ms, pending, and status/<code>, status/<n>XX, status/error. Source of the names:
// io.buoyant.linkerd.protocol.http.StatusCodeStatsFilter, finagle's StatsFilter.
#ifndef HEDDLE_PROXY_CLASSIFY_REQUEST_STATS_H_
#define HEDDLE_PROXY_CLASSIFY_REQUEST_STATS_H_

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/stats/metrics_tree.h"

namespace heddle {

// One worker's. Nothing is looked up or allocated for a request, but the first time that a status is seen.
class RequestStats {
 public:
  enum class Detail { kPlain, kWithStatus };
  RequestStats(const Scope& scope, Detail detail);

  void OnRequest() {
    requests_.Increment();
    pending_.Add(1);
  }
  // The request that OnRequest announced is over. `status` 0: there is no response.
  void OnDone(int status, bool success, Nanos latency) {
    pending_.Add(-1);
    (success ? success_ : failures_).Increment();
    latency_.Record(static_cast<uint64_t>(latency.count()) / 1000);
    if (detail_ == Detail::kWithStatus) CountStatus(status);
  }
  // The request left without an outcome (its client went away).
  void OnGone() { pending_.Add(-1); }

  MetricSet& set() { return set_; }

 private:
  void CountStatus(int status);
  void FindStatus(int status);

  MetricSet set_;
  const Detail detail_;
  Counter& requests_;
  Counter& success_;
  Counter& failures_;
  Gauge& pending_;
  Histogram& latency_;
  int last_status_ = -1;
  Counter* last_code_ = nullptr;
  Counter* last_class_ = nullptr;
  std::vector<std::pair<int, Counter*>> codes_;  // at most the 900 there can be
  std::array<Counter*, 10> classes_{};
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_CLASSIFY_REQUEST_STATS_H_
