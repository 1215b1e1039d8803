#include "proxy/retry/retry_stats.h"

namespace heddle {

RetryStats::RetryStats(MetricSet& set)
    : total(set.AddCounter({"retries", "total"})),
      budget_exhausted(set.AddCounter({"retries", "budget_exhausted"})),
      budget(set.AddGauge({"retries", "budget"})),
      per_request(set.AddHistogram({"retries", "per_request"})) {}

RequeueStats::RequeueStats(MetricSet& set)
    : requeues(set.AddCounter({"retries", "requeues"})),
      budget_exhausted(set.AddCounter({"retries", "budget_exhausted"})),
      budget(set.AddGauge({"retries", "budget"})),
      requeues_per_request(set.AddHistogram({"retries", "requeues_per_request"})),
      request_limit(set, "retries", "request_limit"),
      cannot_retry(set, "retries", "cannot_retry"),
      not_open(set, "retries", "not_open") {}

}  // namespace heddle
