// The metrics of a server in one worker: rt/<router>/server/<ip>/<port>/...
#ifndef HEDDLE_PROXY_SERVER_SERVER_STATS_H_
#define HEDDLE_PROXY_SERVER_SERVER_STATS_H_

#include "lib/stats/metrics_tree.h"
#include "proxy/classify/request_stats.h"

namespace heddle {

struct ServerStats {
  explicit ServerStats(const Scope& scope)
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
        connection_sent_bytes(requests.set().AddHistogram({"connection_sent_bytes"})) {}

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
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_SERVER_STATS_H_
