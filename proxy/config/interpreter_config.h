// The `interpreter` of a router.
#ifndef HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_
#define HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_

#include <string>
#include <variant>

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "lib/mesh/client.h"
#include "lib/transformers/kinds.h"

namespace heddle {

// kind: default. The router's own `dtab` with the `namers` of the file.
struct DefaultInterpreterConfig {};

// kind: io.l5d.fs. The same with the rules of a file before the router's own, which may be edited live.
//   dtabFile: /etc/heddle/web.dtab   required; its directory must exist. The file may come later; while it is
//                                    not there, or malformed, the last rules that were read stay in force
struct FileInterpreterConfig {
  std::string dtab_file;  // absolute
};

// kind: io.l5d.mesh, io.l5d.namerd, io.l5d.namerd.http. Namerd binds the names; the router's `dtab` comes
// after the namespace's. All three are served by the mesh stream, which our namerd accepts on the ports of
// each.
//   dst: /$/inet/127.1/4321    where namerd is: /$/inet/<host>/<port>; required
//   root: /default             the namespace, a path of one label (io.l5d.mesh)
//   namespace: default         the namespace (the other two)
//   retry: {baseSeconds: 1, maxSeconds: 600}  between tries to connect (baseSeconds is 5 for the other two);
//                              without `retry` 50 ms to 1 s, so that a namerd that was restarted is followed
//                              at once
//   failureThreshold: {minPeriodMs, closeTimeoutMs}  a connection that is silent for minPeriodMs is asked for
//                              a sign of life, and given up after another closeTimeoutMs; not for
//                              io.l5d.namerd.http
//   initialStreamWindowSizeKB  (io.l5d.mesh)
struct MeshInterpreterConfig {
  std::string kind = "io.l5d.mesh";
  MeshClientOptions client;
  std::string ns = "default";
};

// Every kind takes
//   transformers: []           what becomes of the clients that names lead to (lib/transformers)
struct InterpreterConfig {
  std::variant<DefaultInterpreterConfig, FileInterpreterConfig, MeshInterpreterConfig> kind;
  TransformerConfigs transformers;
};

// Fills `config` from the value of `interpreter`; mistakes go to `errors`, those in a file of rules included.
void ReadInterpreterConfig(const ConfigNode& node, ConfigErrors& errors, InterpreterConfig* config);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_INTERPRETER_CONFIG_H_
