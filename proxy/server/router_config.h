// What configures a router: the parsed form of an entry of `routers`. Defaults are Linkerd's.
// Source: io.buoyant.linkerd.Router, HttpConfig.
#ifndef HEDDLE_PROXY_SERVER_ROUTER_CONFIG_H_
#define HEDDLE_PROXY_SERVER_ROUTER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"
#include "lib/net/socket_options.h"
#include "lib/signing/signed_override.h"
#include "lib/trace/trace_context.h"
#include "proxy/access_log/access_log_config.h"
#include "proxy/balance/client_config.h"
#include "proxy/identify/identifier.h"
#include "proxy/identify/sticky_key.h"
#include "proxy/route/by_prefix.h"
#include "proxy/route/route_config.h"
#include "proxy/route/service_config.h"

namespace heddle {

// addForwardedHeader: who asked (`for`) and which server was asked (`by`), in a Forwarded field (RFC 7239).
struct ForwardedConfig {
  // What stands for a party. Source: io.buoyant.router.http.AddForwardedHeader, RFC 7239 section 6.
  struct Labeler {
    enum class Kind { kIp, kIpPort, kConnectionRandom, kRequestRandom, kRouter, kStatic };
    Kind kind = Kind::kRequestRandom;
    std::string label;  // of kStatic
  };
  Labeler by;
  Labeler for_;
};

// An entry of `servers`. Defaults are Linkerd's.
struct ServerConfig {
  SocketAddress address = SocketAddress::Parse("127.0.0.1", 4140).value();
  // In metrics in place of "<ip>/<port>"; "": not given.
  std::string label;
  SocketOptions socket;
  // maxConcurrentRequests, all workers together; above, a request is answered 503 with l5d-retryable. 0: no
  // limit.
  uint32_t max_concurrent_requests = 0;
  // clearContext: the l5d headers of requests are not believed nor passed on, and responses get none. Rules
  // that are signed are believed all the same.
  bool clear_context = false;
  // overrides, overrideKeyFile (Heddle's own): of a request's own rules only those count that one of these
  // keys has signed; without a key, none. nullopt: all do.
  std::optional<SigningKeys> override_keys;
  std::optional<ForwardedConfig> forwarded;
  std::string
      timestamp_header;  // timestampHeader: gets the milliseconds since the epoch at arrival; "": none
  uint32_t max_call_depth = 1000;  // maxCallDepth: 400 for a request with more Via entries
  Millis request_timeout{
      0};  // timeoutMs: from the end of a request's head to the end of its response's; 0: none
  Millis session_idle{0};      // serverSession.idleTimeMs; 0: ServerLimits::idle_timeout
  Millis session_life{0};      // serverSession.lifeTimeMs; 0: none
  bool allow_connect = false;  // allowConnect (Heddle's own): CONNECT requests open tunnels
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
  std::optional<StickyKeyConfig> sticky_key;  // stickyKey (Heddle's own); nullopt: every choice is a draw
  TracePropagator trace_propagator = TracePropagator::kDefault;  // tracePropagator
  ByPrefix<ClientConfig> clients;                                // `client`
  ByPrefix<ServiceConfig> services;                              // `service`
  AccessLogConfig access_log;                                    // httpAccessLog...
  // streamAfterContentLengthKB: a body that is longer, or whose length is not said, is not kept to be sent
  // again.
  uint32_t replay_bytes = 5 << 10;
  uint32_t max_err_response_bytes = 5120 << 10;  // maxErrResponseKB: of the body of an error
  bool originator = false;                       // shown as the gauge rt/<label>/originator, 1 or 0
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_ROUTER_CONFIG_H_
