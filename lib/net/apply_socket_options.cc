#include "lib/net/apply_socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace heddle {
namespace {

void SetOption(int fd, int level, int name, bool on) {
  const int value = on ? 1 : 0;
  setsockopt(fd, level, name, &value, sizeof(value));
}

}  // namespace

void ApplySocketOptions(const SocketOptions& options, int fd) {
  if (options.no_delay) SetOption(fd, IPPROTO_TCP, TCP_NODELAY, true);
  if (options.keep_alive.has_value()) SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, *options.keep_alive);
}

}  // namespace heddle
