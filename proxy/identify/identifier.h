// Request -> logical name. Identification has two halves, so that a request for a name that is known costs no
// more than a hash: the key is the bytes of the request that decide the name, and the name is made from the
// key when it is new.
#ifndef HEDDLE_PROXY_IDENTIFY_IDENTIFIER_H_
#define HEDDLE_PROXY_IDENTIFY_IDENTIFIER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"
#include "lib/dtab/path.h"
#include "proxy/identify/request_view.h"

namespace heddle {

// Immutable; any thread.
class Identifier {
 public:
  virtual ~Identifier() = default;

  // Appends to `key` what decides the name and returns true; or returns false, with `reason` (a view that
  // lives as long as the identifier) saying what the request lacks.
  virtual bool AppendKey(const RequestView& request, std::string* key, absl::string_view* reason) const = 0;

  // The name of a request whose key is `key`. InvalidArgument: the request is at fault (400); Internal: it
  // has a name that cannot be used (502).
  virtual absl::StatusOr<Path> Name(absl::string_view key) const = 0;

  // How many bytes of the target's path the name has used up and are not to be forwarded. `key` is the
  // request's.
  virtual size_t Consumed(const RequestView& request, absl::string_view key) const = 0;
};

// kind: io.l5d.header.token. The value of `header` is one label.
struct HeaderTokenIdentifierConfig {
  std::string header = "Host";
};
// kind: io.l5d.header. The value of `header` is a path.
struct HeaderIdentifierConfig {
  std::string header = "l5d-name";
};
// kind: io.l5d.path. The first `segments` of the target's path; with `consume` they are not forwarded.
struct PathIdentifierConfig {
  uint32_t segments = 1;  // > 0
  bool consume = false;
};
// kind: io.l5d.methodAndHost. /1.1/GET/host, with `http_uri_in_dst` and the target's path.
struct MethodAndHostIdentifierConfig {
  bool http_uri_in_dst = false;
};
// kind: io.l5d.static.
struct StaticIdentifierConfig {
  Path path;
};
using IdentifierConfig =
    std::variant<HeaderTokenIdentifierConfig, HeaderIdentifierConfig, PathIdentifierConfig,
                 MethodAndHostIdentifierConfig, StaticIdentifierConfig>;

// Tries them in order; the reason is that of the last. Names begin with `prefix`. REQUIRES: `configs` is not
// empty. Source: io.buoyant.router.http (identifiers), RoutingFactory.Identifier.compose.
std::unique_ptr<Identifier> MakeIdentifier(const std::vector<IdentifierConfig>& configs, Path prefix);

}  // namespace heddle

#endif  // HEDDLE_PROXY_IDENTIFY_IDENTIFIER_H_
