// What configures the connections to endpoints.
#ifndef HEDDLE_PROXY_ENDPOINT_ENDPOINT_CONFIG_H_
#define HEDDLE_PROXY_ENDPOINT_ENDPOINT_CONFIG_H_

#include <cstddef>

#include "lib/base/clock.h"

namespace heddle {

struct EndpointConfig {
  Millis connect_timeout{std::chrono::seconds(1)};  // finagle's default
  // A connection that was not used for this long is closed (clientSession.idleTimeMs).
  Millis idle_timeout{std::chrono::minutes(1)};
  // Connections kept for use again, an endpoint and worker; a connection that comes back above is closed.
  size_t max_idle = 256;
  // Without a byte from the endpoint for this long while one is awaited, the request fails.
  Millis response_timeout{std::chrono::minutes(10)};
  // After a connect that failed, the endpoint is chosen only if no other can be, for this long; doubled for
  // each failure after another.
  Millis min_down_time{100};
  Millis max_down_time{std::chrono::seconds(5)};
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_ENDPOINT_CONFIG_H_
