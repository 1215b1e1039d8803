// The metrics that the server side, each logical name and each client have alike: requests, success,
// failures, failures/<exception>, request_latency_ms, pending, and, where statuses are counted,
// status/<code>, status/<n>XX, status/error, time/<n>XX, time/error. Source of the names:
// io.buoyant.linkerd.protocol.http.StatusCodeStatsFilter, com.twitter.finagle.service.StatsFilter; of the
// exceptions: com.twitter.finagle.Exceptions.scala.
#ifndef HEDDLE_PROXY_CLASSIFY_REQUEST_STATS_H_
#define HEDDLE_PROXY_CLASSIFY_REQUEST_STATS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/stats/metrics_tree.h"
#include "lib/stats/traffic_row.h"
#include "proxy/classify/classifier.h"

namespace heddle {

// Why a request failed, as Linkerd's metrics call it: the class of an exception.
enum class FailureName : uint8_t {
  kResponse,  // the response counts as a failure
  kConnect,
  kClosed,
  kMalformed,
  kTimeout,       // of an attempt
  kTotalTimeout,  // totalTimeoutMs, or a deadline
  kShed,          // no room in a pool
  kOverload,      // maxConcurrentRequests
  kNowhere,       // a name that leads nowhere, or to no endpoint
  kUnbound,       // a name that could not be looked up, or not in time
  kUnidentified,  // no identifier found a name
  kOther,
};
constexpr size_t kFailureNameCount = static_cast<size_t>(FailureName::kOther) + 1;

// "com.twitter.finagle.ConnectionFailedException".
absl::string_view ExceptionName(FailureName name);
FailureName NameOf(AttemptFailure failure);

// How long something took, ready to be recorded: made once for all the RequestStats it counts in.
class Latency {
 public:
  Latency(Nanos took) : micros_(static_cast<uint64_t>(took.count()) / 1000) {}  // NOLINT: reads as the time
  HistogramValue micros() const { return micros_; }

 private:
  HistogramValue micros_;
};

// One worker's. Nothing is looked up or allocated for a request, but the first time that a status or an
// exception is seen.
class RequestStats {
 public:
  enum class Detail { kPlain, kWithStatus };
  RequestStats(const Scope& scope, Detail detail);

  // A request is under way: pending until OnDone or OnGone.
  void OnRequest() { pending_.Add(1); }
  // The request that OnRequest announced is over, and counts now. `status` 0: there is no response, and
  // `name` says why.
  void OnDone(int status, bool success, Latency latency, FailureName name = FailureName::kOther) {
    requests_.Increment();
    pending_.Add(-1);
    latency_.Record(latency.micros());
    if (detail_ == Detail::kWithStatus) CountStatus(status, latency);
    if (success) [[likely]] {
      success_.Increment();
      return;
    }
    failures_.Increment();
    CountFailure(status != 0 ? FailureName::kResponse : name);
  }
  // The request left without an outcome (its client went away): it is no request, as in Finagle, so that
  // requests are successes and failures.
  void OnGone() { pending_.Add(-1); }

  // Requests that are over. Any thread, as long as it lives.
  uint64_t done() const { return success_.value() + failures_.value(); }
  // Adds what has been counted so far to `out`. Any thread, as long as it lives. Requests are what successes
  // and failures add up to, also while its own thread counts.
  void AddTo(TrafficCounts& out) const;

  MetricSet& set() { return set_; }

 private:
  // What the statuses of a hundred count in besides.
  struct OfStatus {
    Counter* in_class = nullptr;  // status/2XX; null for 0
    Histogram* time = nullptr;    // time/2XX, time/error
  };

  void CountStatus(int status, Latency latency) {
    if (status != last_status_) [[unlikely]]
      FindStatus(status);
    last_code_->Increment();
    if (last_.in_class != nullptr) last_.in_class->Increment();
    last_.time->Record(latency.micros());
  }
  void FindStatus(int status);
  void CountFailure(FailureName name);

  MetricSet set_;
  const Detail detail_;
  Counter& requests_;
  Counter& success_;
  Counter& failures_;
  Gauge& pending_;
  Histogram& latency_;
  int last_status_ = -1;
  Counter* last_code_ = nullptr;
  OfStatus last_;
  std::vector<std::pair<int, Counter*>> codes_;                        // at most the 900 there can be
  std::vector<std::pair<int, OfStatus>> classes_;                      // at most ten
  std::array<std::atomic<Counter*>, kFailureNameCount> exceptions_{};  // by FailureName; null: none so far
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_CLASSIFY_REQUEST_STATS_H_
