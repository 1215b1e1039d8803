// What the names under /$/inet say: a host and a port.
// Source: com.twitter.finagle.Namer.global (InetPath).
#ifndef HEDDLE_LIB_NAMING_INET_PATH_H_
#define HEDDLE_LIB_NAMING_INET_PATH_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "lib/dtab/path.h"

namespace heddle {

struct InetPath {
  std::string host;   // an address or a name, not checked
  uint16_t port = 0;  // > 0
  size_t labels = 0;  // how many labels said so; what follows is the residual

  // What every such name begins with.
  static Path Prefix() { return Path{"$", "inet"}; }
  // Reads what followed the prefix: a host and a port before a port alone, which means 127.0.0.1.
  // InvalidArgument for anything else.
  static absl::StatusOr<InetPath> Parse(const Path& rest);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_INET_PATH_H_
