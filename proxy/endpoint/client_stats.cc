#include "proxy/endpoint/client_stats.h"

namespace heddle {

ClientStats::ClientStats(const Scope& scope)
    : requests(scope, RequestStats::Detail::kWithStatus),
      connects(requests.set().AddCounter({"connects"})),
      connections(requests.set().AddGauge({"connections"})),
      connect_latency(requests.set().AddLatency({"connect_latency_ms"})),
      acquisition_latency(requests.set().AddLatency({"service_creation", "service_acquisition_latency_ms"})),
      retries(requests.set()),
      sent_bytes(requests.set().AddCounter({"sent_bytes"})),
      received_bytes(requests.set().AddCounter({"received_bytes"})),
      pool_size(requests.set().AddGauge({"pool_size"})),
      pool_cached(requests.set().AddGauge({"pool_cached"})),
      pool_waiters(requests.set().AddGauge({"pool_waiters"})),
      marked_dead(requests.set(), "failfast", "marked_dead"),
      marked_available(requests.set(), "failfast", "marked_available"),
      accrual(requests.set()),
      size(requests.set().AddGauge({"loadbalancer", "size"}, GaugeMerge::kMax)),
      available(requests.set().AddGauge({"loadbalancer", "available"}, GaugeMerge::kMax)),
      busy(requests.set().AddGauge({"loadbalancer", "busy"}, GaugeMerge::kMax)),
      closed(requests.set().AddGauge({"loadbalancer", "closed"}, GaugeMerge::kMax)),
      load(requests.set().AddGauge({"loadbalancer", "load"})),
      adds(requests.set().AddCounter({"loadbalancer", "adds"})),
      removes(requests.set().AddCounter({"loadbalancer", "removes"})),
      updates(requests.set().AddCounter({"loadbalancer", "updates"})),
      rebuilds(requests.set().AddCounter({"loadbalancer", "rebuilds"})),
      max_effort_exhausted(requests.set(), "loadbalancer", "max_effort_exhausted"),
      panicked(requests.set(), "loadbalancer", "panicked") {}

}  // namespace heddle
