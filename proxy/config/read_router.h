// An element of `routers`.
#ifndef HEDDLE_PROXY_CONFIG_READ_ROUTER_H_
#define HEDDLE_PROXY_CONFIG_READ_ROUTER_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "lib/dtab/dtab.h"
#include "proxy/config/interpreter_config.h"
#include "proxy/server/router_config.h"

namespace heddle {

//   protocol: http          required
//   label: http             unique; names the metrics
//   dstPrefix: /svc         what every logical name begins with
//   dtab:                   the default interpreter's rules; with others, rules after the file's or namerd's
//   servers:                {ip: 127.0.0.1, port: 4140, label}
//   identifier:             an object or a list of them; io.l5d.header.token
//   interpreter:            default
//   bindingTimeoutMs: 10000
//   bindingCache:           {paths: 1000, trees: 1000, bounds: 1000, clients: 1000, idleTtlSecs: 600,
//                            unknowns: 1000, unknownTtlSecs: 60}; see RouteConfig
//   maxHeadersKB: 8, maxInitialLineKB: 4
//   client:                 {loadBalancer: {kind: p2c}, clientSession: {idleTimeMs: 60000}}
struct RouterEntry {
  RouterConfig router;
  Dtab dtab;
  InterpreterConfig interpreter;
};

// Fills `entry` from `node`; mistakes go to `errors`. Of a protocol that is not served yet, the label and the
// servers are empty.
void ReadRouter(const ConfigNode& node, ConfigErrors& errors, RouterEntry* entry);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_ROUTER_H_
