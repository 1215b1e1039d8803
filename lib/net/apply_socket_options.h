// Options of a connection's socket, told to the kernel.
#ifndef HEDDLE_LIB_NET_APPLY_SOCKET_OPTIONS_H_
#define HEDDLE_LIB_NET_APPLY_SOCKET_OPTIONS_H_

#include "lib/net/socket_options.h"

namespace heddle {

// TCP_NODELAY and SO_KEEPALIVE of `fd`. What the kernel does not let be set stays as it is. The read and
// write timeouts are for the owners, who know what a connection waits for.
void ApplySocketOptions(const SocketOptions& options, int fd);

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_APPLY_SOCKET_OPTIONS_H_
