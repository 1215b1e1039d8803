// What configures the way from a logical name to endpoints.
#ifndef HEDDLE_PROXY_ROUTE_ROUTE_CONFIG_H_
#define HEDDLE_PROXY_ROUTE_ROUTE_CONFIG_H_

#include <cstddef>

#include "lib/base/clock.h"
#include "lib/dtab/dtab.h"

namespace heddle {

struct RouteConfig {
  // The router's own `dtab`, put before a request's overrides. Empty if the interpreter has it already.
  Dtab dtab;
  // bindingTimeoutMs: how long a request waits for its name to be bound; then 503.
  Millis binding_timeout{std::chrono::seconds(10)};
  // Requests, a worker, that wait for a name, and names that are not known yet; 503 above.
  size_t max_waiting = 4096;

  // The keys of bindingCache, with Linkerd's defaults. What is in use is never evicted, and what is above a
  // limit for that reason goes as soon as it can.
  //
  // paths: names that lead somewhere, a worker.
  size_t max_routes = 1000;
  // trees: bindings to clients, followed for all workers; up to this, those that no worker holds any more are
  // kept, so that a name evicted by a worker comes back without being evaluated again.
  size_t max_trees = 1000;
  // bounds: likewise, the endpoint sets that these lead to.
  size_t max_bounds = 1000;
  // clients: a worker's clients with their connections; up to this, those that no name of the worker leads to
  // any more are kept.
  size_t max_clients = 1000;
  // idleTtlSecs: what is not used this long is forgotten.
  Millis idle_ttl{std::chrono::seconds(600)};
  // unknowns, unknownTtlSecs (Heddle's own): names that lead nowhere, a worker. They have a bound of their
  // own, so that strangers who make names up displace each other and nothing else. Each is followed while it
  // is kept: requests for it succeed as soon as it leads somewhere.
  size_t max_unknowns = 1000;
  Millis unknown_ttl{std::chrono::seconds(60)};
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_ROUTE_CONFIG_H_
