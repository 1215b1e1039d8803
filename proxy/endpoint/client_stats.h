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
  Histogram& acquisition_latency;  // of a connection: 0 for one that was idle
  Counter& connect_failures;
  Counter& requeues;  // attempts that were made again, on another connection
  Counter& sent_bytes;
  Counter& received_bytes;
  Gauge& pool_size;  // connections, idle and in use
  Gauge& pool_cached;
  Gauge& pool_waiters;
  // Endpoints whose connects fail; that can be connected to again.
  Counter& marked_dead;
  Counter& marked_available;
  Counter& accrual_removals;
  Counter& accrual_revivals;
  Counter& accrual_probes;
  Counter& accrual_removed_for;  // milliseconds
  // loadbalancer/...: the gauges are as of the last sweep.
  Gauge& size;
  Gauge& available;
  Gauge& busy;    // taken out for a while
  Gauge& closed;  // none ever: an endpoint that discovery drops leaves
  Gauge& load;    // attempts under way
  Counter& adds;
  Counter& removes;
  Counter& updates;
  Counter& rebuilds;
  Counter& max_effort_exhausted;  // no usable endpoint was drawn: one was searched for
  Counter& panicked;              // picks that went to any, for too few can be used
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_CLIENT_STATS_H_
