// What configures a router: the parsed form of an entry of `routers`. Defaults are Linkerd's.
// Source: io.buoyant.linkerd.Router, HttpConfig.
#ifndef HEDDLE_PROXY_SERVER_ROUTER_CONFIG_H_
#define HEDDLE_PROXY_SERVER_ROUTER_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"
#include "proxy/endpoint/endpoint_config.h"
#include "proxy/identify/identifier.h"
#include "proxy/route/route_config.h"

namespace heddle {

// An entry of `servers`.
struct ServerConfig {
  SocketAddress address = SocketAddress::Parse("127.0.0.1", 4140).value();
  // In metrics in place of "<ip>/<port>"; "": not given.
  std::string label;
};

// How the server side treats its connections. No keys of Linkerd's: bounds that keep a stranger from holding
// memory or descriptors for ever.
struct ServerLimits {
  uint32_t max_initial_line_bytes = 4 << 10;      // maxInitialLineKB: 414 above
  uint32_t max_head_bytes = 8 << 10;              // maxHeadersKB: 431 above; also bounds l5d-err
  size_t max_connections = 20000;                 // a worker; accepts stop above
  Millis head_timeout{std::chrono::seconds(60)};  // from a request's first byte to the end of its head
  Millis idle_timeout{std::chrono::minutes(10)};  // between requests, and without progress inside one
};

struct RouterConfig {
  std::string label = "http";  // unique in the process; names the metrics: rt/<label>/...
  Path dst_prefix{"svc"};
  std::vector<IdentifierConfig> identifiers{HeaderTokenIdentifierConfig{}};  // not empty
  std::vector<ServerConfig> servers{ServerConfig{}};
  ServerLimits limits;
  RouteConfig route;
  EndpointConfig endpoint;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_ROUTER_CONFIG_H_
