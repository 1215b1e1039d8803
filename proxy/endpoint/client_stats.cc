#include "proxy/endpoint/client_stats.h"

namespace heddle {

ClientStats::ClientStats(const Scope& scope)
    : requests(scope, RequestStats::Detail::kWithStatus),
      connects(requests.set().AddCounter({"connects"})),
      connections(requests.set().AddGauge({"connections"})),
      connect_latency(requests.set().AddLatency({"connect_latency_ms"})),
      connect_failures(requests.set().AddCounter({"failures", "connect"})),
      requeues(requests.set().AddCounter({"retries", "requeues"})),
      sent_bytes(requests.set().AddCounter({"sent_bytes"})),
      received_bytes(requests.set().AddCounter({"received_bytes"})),
      pool_cached(requests.set().AddGauge({"pool_cached"})),
      size(requests.set().AddGauge({"loadbalancer", "size"}, GaugeMerge::kMax)),
      available(requests.set().AddGauge({"loadbalancer", "available"}, GaugeMerge::kMax)),
      adds(requests.set().AddCounter({"loadbalancer", "adds"})),
      removes(requests.set().AddCounter({"loadbalancer", "removes"})),
      updates(requests.set().AddCounter({"loadbalancer", "updates"})) {}

}  // namespace heddle
