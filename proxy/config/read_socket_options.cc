#include "proxy/config/read_socket_options.h"

#include "lib/config/object_reader.h"

namespace heddle {

SocketOptions ReadSocketOptions(const ConfigNode& node, ConfigErrors& errors) {
  constexpr int kMostWaiting = 1'000'000;
  SocketOptions options;
  ObjectReader reader(node, errors);
  reader.Optional("noDelay", &options.no_delay);
  reader.Optional("reuseAddr", &options.reuse_address);
  reader.Optional("reusePort", &options.reuse_port);
  reader.Optional("keepAlive", &options.keep_alive);
  reader.Optional("backlog", &options.backlog, 1, kMostWaiting);
  reader.OptionalMillis("readTimeoutMs", &options.read_timeout, 1);
  reader.OptionalMillis("writeTimeoutMs", &options.write_timeout, 1);
  reader.Finish();
  return options;
}

}  // namespace heddle
