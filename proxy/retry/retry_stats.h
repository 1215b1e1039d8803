// The metrics of retries: of a service (a response that was a failure is tried again) and of a client (a
// request that was never looked at is sent to another endpoint: a requeue). Source of the names:
// com.twitter.finagle.buoyant.RetryFilter, com.twitter.finagle.service.{RequeueFilter, Retries}.
#ifndef HEDDLE_PROXY_RETRY_RETRY_STATS_H_
#define HEDDLE_PROXY_RETRY_RETRY_STATS_H_

#include "lib/stats/lazy_counter.h"
#include "lib/stats/metrics_tree.h"

namespace heddle {

// rt/<router>/service/<name>/retries. One worker's; `set` outlives it.
struct RetryStats {
  explicit RetryStats(MetricSet& set);

  Counter& total;
  Counter& budget_exhausted;  // a retry that there was no budget for
  Gauge& budget;              // for RetryBudget::ShowIn
  Histogram& per_request;     // of each request, also of one that took no retry
};

// rt/<router>/client/<id>/retries. One worker's; `set` outlives it.
struct RequeueStats {
  explicit RequeueStats(MetricSet& set);

  Counter& requeues;
  Counter& budget_exhausted;
  Gauge& budget;
  Histogram& requeues_per_request;
  LazyCounter request_limit;  // a request that was sent again as often as one may be
  LazyCounter cannot_retry;   // what was sent cannot be sent again
  LazyCounter not_open;       // no other endpoint is available
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_RETRY_RETRY_STATS_H_
