#include "lib/config/read_address.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace heddle {

void ReadAddress(ObjectReader& reader, SocketAddress* address) {
  std::string ip = address->ip();
  uint16_t port = address->port();
  reader.Optional("ip", &ip);
  reader.Optional("port", &port);
  const auto read = SocketAddress::Parse(ip, port);
  if (read.ok()) {
    *address = *read;
  } else {
    reader.AddError(
        "ip", absl::StrCat("'", ip, "' is no IP address; give one such as 127.0.0.1, 0.0.0.0 or \"::1\""));
  }
}

}  // namespace heddle
