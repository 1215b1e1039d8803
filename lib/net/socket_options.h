// Options of a socket: the keys of `socketOptions` of servers and clients. Defaults are Linkerd's.
#ifndef HEDDLE_LIB_NET_SOCKET_OPTIONS_H_
#define HEDDLE_LIB_NET_SOCKET_OPTIONS_H_

#include <optional>

#include "lib/base/clock.h"

namespace heddle {

struct SocketOptions {
  bool no_delay = true;       // TCP_NODELAY
  bool reuse_address = true;  // SO_REUSEADDR, of a listener
  bool reuse_port =
      false;  // another process may listen on the same port; several workers always share theirs
  std::optional<bool> keep_alive;  // SO_KEEPALIVE; the system's unless given
  std::optional<int> backlog;      // of a listener; > 0
  // A connection on which nothing could be read (while a message is awaited), or written, for so long is
  // closed. 0: never.
  Millis read_timeout{0};
  Millis write_timeout{0};
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_SOCKET_OPTIONS_H_
