// The metrics of failure accrual, of all endpoints of a client: rt/<router>/client/<id>/failure_accrual.
// Source of the names: com.twitter.finagle.liveness.FailureAccrualFactory.
#ifndef HEDDLE_PROXY_BREAKER_ACCRUAL_STATS_H_
#define HEDDLE_PROXY_BREAKER_ACCRUAL_STATS_H_

#include "lib/stats/metrics_tree.h"
#include "proxy/breaker/failure_accrual.h"

namespace heddle {

// One worker's; `set` outlives it.
struct AccrualStats {
  explicit AccrualStats(MetricSet& set);

  // What FailureAccrual::OnEnd of `of` has returned.
  void Count(FailureAccrual::Change change, const FailureAccrual& of) {
    if (change != FailureAccrual::Change::kNone) [[unlikely]]
      CountChange(change, of);
  }

  Counter& removals;        // endpoints taken out; a probe that fails does not count
  Counter& revivals;        // endpoints taken back in
  Counter& probes;          // FailureAccrual::OnBegin has returned true
  Counter& removed_for_ms;  // for how long they were taken out, summed up when they are

 private:
  void CountChange(FailureAccrual::Change change, const FailureAccrual& of);
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BREAKER_ACCRUAL_STATS_H_
