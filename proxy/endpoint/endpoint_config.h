// What configures the connections to endpoints.
#ifndef HEDDLE_PROXY_ENDPOINT_ENDPOINT_CONFIG_H_
#define HEDDLE_PROXY_ENDPOINT_ENDPOINT_CONFIG_H_

#include <cstddef>
#include <limits>

#include "lib/base/clock.h"
#include "lib/net/socket_options.h"
#include "proxy/breaker/accrual_config.h"

namespace heddle {

struct EndpointConfig {
  Millis connect_timeout{std::chrono::seconds(1)};  // finagle's default
  // A connection that was not used for this long is closed (clientSession.idleTimeMs).
  Millis idle_timeout{std::chrono::minutes(1)};
  // A connection this old is closed once its exchange is over (clientSession.lifeTimeMs); 0: never.
  Millis life_time{0};
  // Connections kept for use again, an endpoint and worker; a connection that comes back above is closed.
  size_t max_idle = 256;
  // hostConnectionPool, an endpoint and worker: idle connections that are kept whatever their age,
  // connections there may be at once (0: no limit), and exchanges that may wait for one of them.
  size_t min_connections = 0;
  size_t max_connections = 0;
  size_t max_waiters = std::numeric_limits<size_t>::max();
  SocketOptions socket;
  AccrualConfig accrual;
  // failFast: a connect that fails takes the endpoint out at once, until one succeeds. It does so here in any
  // case, for min_down_time to max_down_time below; with it set for as long as Finagle has it (1 to 300 s,
  // doubling).
  bool fail_fast = false;
  // After a connect that failed, the endpoint is chosen only if no other can be, for this long; doubled for
  // each failure after another.
  Millis min_down_time{100};
  Millis max_down_time{std::chrono::seconds(5)};
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_ENDPOINT_CONFIG_H_
