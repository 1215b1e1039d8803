// The metrics of a client in one worker: rt/<router>/client/<id>/...
// Source of the names: finagle's client stack.
#ifndef HEDDLE_PROXY_ENDPOINT_CLIENT_STATS_H_
#define HEDDLE_PROXY_ENDPOINT_CLIENT_STATS_H_

#include "lib/stats/metrics_tree.h"
#include "proxy/classify/request_stats.h"

namespace heddle {

struct ClientStats {
  explicit ClientStats(const Scope& scope);

  RequestStats requests;  // every attempt counts
  Counter& connects;
  Gauge& connections;
  Histogram& connect_latency;
  Counter& connect_failures;
  Counter& requeues;  // attempts that were made again, on another connection
  Counter& sent_bytes;
  Counter& received_bytes;
  Gauge& pool_cached;
  Gauge& size;
  Gauge& available;
  Counter& adds;
  Counter& removes;
  Counter& updates;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_CLIENT_STATS_H_
