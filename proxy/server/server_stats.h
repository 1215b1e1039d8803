// The metrics of a server in one worker: rt/<router>/server/<ip>/<port>/...
#ifndef HEDDLE_PROXY_SERVER_SERVER_STATS_H_
#define HEDDLE_PROXY_SERVER_SERVER_STATS_H_

#include <optional>

#include "lib/stats/metrics_tree.h"
#include "proxy/classify/request_stats.h"
#include "proxy/server/router_config.h"

namespace heddle {

// What became of requests' own rules, where not all are honoured: overrides/.... A request may count as
// unsigned and as one of the others.
struct OverrideStats {
  explicit OverrideStats(MetricSet& set)
      : accepted(set.AddCounter({"overrides", "accepted"})),
        unsigned_(set.AddCounter({"overrides", "unsigned"})),
        invalid(set.AddCounter({"overrides", "invalid"})),
        expired(set.AddCounter({"overrides", "expired"})) {}

  Counter& accepted;
  Counter& unsigned_;
  Counter& invalid;  // no signature of a key that counts here, or what it signs are no rules
  Counter& expired;
};

struct ServerStats {
  ServerStats(const Scope& scope, const ServerConfig& config)
      : requests(scope, RequestStats::Detail::kWithStatus),
        connects(requests.set().AddCounter({"connects"})),
        closes(requests.set().AddCounter({"closes"})),
        connections(requests.set().AddGauge({"connections"})),
        sent_bytes(requests.set().AddCounter({"sent_bytes"})),
        received_bytes(requests.set().AddCounter({"received_bytes"})),
        tunnels(requests.set().AddGauge({"tunnels"})),
        connection_duration(requests.set().AddHistogram({"connection_duration"})),
        connection_requests(requests.set().AddHistogram({"connection_requests"})),
        connection_received_bytes(requests.set().AddHistogram({"connection_received_bytes"})),
        connection_sent_bytes(requests.set().AddHistogram({"connection_sent_bytes"})) {
    if (config.override_keys.has_value()) overrides.emplace(requests.set());
  }

  RequestStats requests;
  Counter& connects;
  Counter& closes;
  Gauge& connections;
  Counter& sent_bytes;
  Counter& received_bytes;
  Gauge& tunnels;  // upgraded connections, and those of CONNECT
  // Of each connection once it has closed; the first in milliseconds.
  Histogram& connection_duration;
  Histogram& connection_requests;
  Histogram& connection_received_bytes;
  Histogram& connection_sent_bytes;
  std::optional<OverrideStats> overrides;  // with ServerConfig::override_keys
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_SERVER_STATS_H_
