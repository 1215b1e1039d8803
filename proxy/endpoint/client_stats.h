// The metrics of a client in one worker: rt/<router>/client/<id>/...
// Source of the names: finagle's client stack.
#ifndef HEDDLE_PROXY_ENDPOINT_CLIENT_STATS_H_
#define HEDDLE_PROXY_ENDPOINT_CLIENT_STATS_H_

#include "lib/stats/lazy_counter.h"
#include "lib/stats/metrics_tree.h"
#include "proxy/breaker/accrual_stats.h"
#include "proxy/classify/request_stats.h"
#include "proxy/retry/retry_stats.h"

namespace heddle {

struct ClientStats {
  explicit ClientStats(const Scope& scope);

  RequestStats requests;  // every attempt counts
  Counter& connects;
  Gauge& connections;
  Histogram& connect_latency;
  Histogram& acquisition_latency;  // of a connection: 0 for one that was idle
  RequeueStats retries;  // of attempts, on another connection
  Counter& sent_bytes;
  Counter& received_bytes;
  Gauge& pool_size;  // connections, idle and in use
  Gauge& pool_cached;
  Gauge& pool_waiters;
  // Endpoints whose connects fail; that can be connected to again.
  LazyCounter marked_dead;
  LazyCounter marked_available;
  AccrualStats accrual;
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
  LazyCounter max_effort_exhausted;  // no usable endpoint was drawn: one was searched for
  LazyCounter panicked;              // picks that went to any, for too few can be used
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_CLIENT_STATS_H_
