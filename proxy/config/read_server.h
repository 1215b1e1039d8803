// An element of a router's `servers`.
#ifndef HEDDLE_PROXY_CONFIG_READ_SERVER_H_
#define HEDDLE_PROXY_CONFIG_READ_SERVER_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/server/router_config.h"

namespace heddle {

//   ip: 127.0.0.1, port: 4140
//   label                       names its metrics in place of <ip>/<port>
//   maxConcurrentRequests       no limit
//   timeoutMs                   none
//   serverSession:              {idleTimeMs: 600000, lifeTimeMs}
//   socketOptions:              see ReadSocketOptions
//   clearContext: false
//   addForwardedHeader:         {by: {kind: requestRandom}, for: {kind: requestRandom}}, or of the kinds ip,
//                               ip:port, connectionRandom, router, static with its `label`; without the key,
//                               no header is added
//   timestampHeader             none
//   maxCallDepth: 1000
//   allowConnect: false         Heddle's own
//   overrides: all              Heddle's own: which of the rules that requests bring along count; signed:
//   those
//                               with a signature by one of the keys in
//   overrideKeyFile:            (required with signed, see ReadSigningKeys); none: none
ServerConfig ReadServer(const ConfigNode& node, ConfigErrors& errors);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_SERVER_H_
