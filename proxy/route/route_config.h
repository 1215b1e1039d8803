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
  // bindingCache.paths: names that lead somewhere, a worker. Names in use are kept above it.
  size_t max_routes = 1000;
  // Names that lead nowhere, or not yet: a worker keeps no more of them, so that strangers who make names up
  // displace each other and nothing else.
  size_t max_unbound = 256;
  // Requests, a worker, that wait for a name; 503 above.
  size_t max_waiting = 4096;
  // bindingCache.idleTtlSecs: a name not asked for this long is forgotten, unless it is in use.
  Millis idle_ttl{std::chrono::seconds(600)};
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_ROUTE_CONFIG_H_
