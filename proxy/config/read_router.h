// An element of `routers`.
#ifndef HEDDLE_PROXY_CONFIG_READ_ROUTER_H_
#define HEDDLE_PROXY_CONFIG_READ_ROUTER_H_

#include <string>
#include <vector>

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
//   servers:                see ReadServer
//   identifier:             an object or a list of them; io.l5d.header.token
//   interpreter:            default
//   client, service:        see ReadClients, ReadServices
//   bindingTimeoutMs: 10000
//   bindingCache:           {paths: 1000, trees: 1000, bounds: 1000, clients: 1000, idleTtlSecs: 600,
//                            unknowns: 1000, unknownTtlSecs: 60}; see RouteConfig
//   stickyKey:              {header: x-user-id} or {cookie: session}: see ReadStickyKey; Heddle's own
//   httpAccessLog ...       see ReadAccessLog
//   maxHeadersKB: 8, maxInitialLineKB: 4, maxErrResponseKB: 5120, streamAfterContentLengthKB: 5
//   tracePropagator:        {kind: io.l5d.default}, or io.l5d.zipkin: the x-b3 headers
//   originator: false       a gauge
//   streamingEnabled: true, compressionLevel: 0     accepted with a note: bodies are streamed as they come
struct RouterEntry {
  RouterConfig router;
  Dtab dtab;
  InterpreterConfig interpreter;
  // What is accepted and does less than in Linkerd: "proxy.yaml:3:5: routers[0].compressionLevel: ...".
  std::vector<std::string> notes;
};

// Fills `entry` from `node`; mistakes go to `errors`. Of a protocol that is not served yet, the label and the
// servers are empty.
void ReadRouter(const ConfigNode& node, ConfigErrors& errors, RouterEntry* entry);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_ROUTER_H_
