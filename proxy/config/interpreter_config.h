// The `interpreter` of a router.
#ifndef HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_
#define HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_

#include <optional>
#include <string>
#include <variant>

#include "lib/base/clock.h"
#include "lib/config/errors.h"
#include "lib/config/node.h"

namespace heddle {

// kind: default. The router's own `dtab` with the `namers` of the file.
struct DefaultInterpreterConfig {};

// kind: io.l5d.mesh. Namerd binds the names.
//   dst: /$/inet/127.1/4321    where namerd's mesh interface is: /$/inet/<host>/<port>; required
//   root: /default             the namespace, a path of one label
//   retry: {baseSeconds, maxSeconds}  between tries to connect; without it 50 ms to 1 s
struct MeshInterpreterConfig {
  std::string target;  // "host:port"
  std::string ns = "default";
  std::optional<Millis> min_backoff, max_backoff;

  friend bool operator==(const MeshInterpreterConfig&, const MeshInterpreterConfig&) = default;
};

using InterpreterConfig = std::variant<DefaultInterpreterConfig, MeshInterpreterConfig>;

// Fills `config` from the value of `interpreter`; mistakes go to `errors`.
void ReadInterpreterConfig(const ConfigNode& node, ConfigErrors& errors, InterpreterConfig* config);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_
