#include "proxy/endpoint/client_stats.h"

namespace heddle {

ClientStats::ClientStats(const Scope& scope)
    : requests(scope, RequestStats::Detail::kWithStatus),
      connects(requests.set().AddCounter({"connects"})),
      connections(requests.set().AddGauge({"connections"})),
      connect_latency(requests.set().AddLatency({"connect_latency_ms"})),
      acquisition_latency(requests.set().AddLatency({"service_creation", "service_acquisition_latency_ms"})),
      connect_failures(requests.set().AddCounter({"failures", "connect"})),
      requeues(requests.set().AddCounter({"retries", "requeues"})),
      sent_bytes(requests.set().AddCounter({"sent_bytes"})),
      received_bytes(requests.set().AddCounter({"received_bytes"})),
      pool_size(requests.set().AddGauge({"pool_size"})),
      pool_cached(requests.set().AddGauge({"pool_cached"})),
      pool_waiters(requests.set().AddGauge({"pool_waiters"})),
      marked_dead(requests.set().AddCounter({"failfast", "marked_dead"})),
      marked_available(requests.set().AddCounter({"failfast", "marked_available"})),
      accrual_removals(requests.set().AddCounter({"failure_accrual", "removals"})),
      accrual_revivals(requests.set().AddCounter({"failure_accrual", "revivals"})),
      accrual_probes(requests.set().AddCounter({"failure_accrual", "probes"})),
      accrual_removed_for(requests.set().AddCounter({"failure_accrual", "removed_for_ms"})),
      size(requests.set().AddGauge({"loadbalancer", "size"}, GaugeMerge::kMax)),
      available(requests.set().AddGauge({"loadbalancer", "available"}, GaugeMerge::kMax)),
      busy(requests.set().AddGauge({"loadbalancer", "busy"}, GaugeMerge::kMax)),
      closed(requests.set().AddGauge({"loadbalancer", "closed"}, GaugeMerge::kMax)),
      load(requests.set().AddGauge({"loadbalancer", "load"})),
      adds(requests.set().AddCounter({"loadbalancer", "adds"})),
      removes(requests.set().AddCounter({"loadbalancer", "removes"})),
      updates(requests.set().AddCounter({"loadbalancer", "updates"})),
      rebuilds(requests.set().AddCounter({"loadbalancer", "rebuilds"})),
      max_effort_exhausted(requests.set().AddCounter({"loadbalancer", "max_effort_exhausted"})),
      panicked(requests.set().AddCounter({"loadbalancer", "panicked"})) {}

}  // namespace heddle
