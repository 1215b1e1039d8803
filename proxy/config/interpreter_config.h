// The `interpreter` of a router.
#ifndef HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_
#define HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_

#include <string>
#include <variant>

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "lib/mesh/client.h"

namespace heddle {

// kind: default. The router's own `dtab` with the `namers` of the file.
struct DefaultInterpreterConfig {};

// kind: io.l5d.mesh. Namerd binds the names; the router's `dtab` comes after the namespace's.
//   dst: /$/inet/127.1/4321    where namerd's mesh interface is: /$/inet/<host>/<port>; required
//   root: /default             the namespace, a path of one label
//   retry: {baseSeconds: 1, maxSeconds: 600}  between tries to connect; without `retry` 50 ms to 1 s, so that
//   a
//                              namerd that was restarted is followed at once
//   failureThreshold: {minPeriodMs, closeTimeoutMs}  a connection that is silent for minPeriodMs is asked for
//   a sign of
//                              life, and given up after another closeTimeoutMs
//   initialStreamWindowSizeKB
struct MeshInterpreterConfig {
  MeshClientOptions client;
  std::string ns = "default";
};

using InterpreterConfig = std::variant<DefaultInterpreterConfig, MeshInterpreterConfig>;

// Fills `config` from the value of `interpreter`; mistakes go to `errors`.
void ReadInterpreterConfig(const ConfigNode& node, ConfigErrors& errors, InterpreterConfig* config);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_
