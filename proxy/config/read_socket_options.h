// The `socketOptions` of servers and clients.
#ifndef HEDDLE_PROXY_CONFIG_READ_SOCKET_OPTIONS_H_
#define HEDDLE_PROXY_CONFIG_READ_SOCKET_OPTIONS_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "lib/net/socket_options.h"

namespace heddle {

//   noDelay: true, reuseAddr: true, reusePort: false, keepAlive (the system's), backlog (the system's),
//   readTimeoutMs, writeTimeoutMs (none)
SocketOptions ReadSocketOptions(const ConfigNode& node, ConfigErrors& errors);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_SOCKET_OPTIONS_H_
