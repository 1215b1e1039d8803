// The interpreters a router can have, by kind (Linkerd's names). Reading their configuration is
// proxy/config's.
#ifndef HEDDLE_LIB_INTERPRETERS_KINDS_H_
#define HEDDLE_LIB_INTERPRETERS_KINDS_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/interpreters/mesh_clients.h"
#include "lib/naming/interpreter.h"
#include "lib/naming/namer.h"

namespace heddle {

// kind: default. The router's own dtab, and the namers of the process.
std::shared_ptr<Interpreter> MakeDefaultInterpreter(const Dtab& dtab, std::vector<PrefixedNamer> namers);

// kind: io.l5d.mesh. Namespace `ns` of the namerd at `options.target`, with its namers; the router's dtab
// comes after the namespace's. On the loop of `clients`, which may go before the interpreter.
std::shared_ptr<Interpreter> MakeMeshInterpreter(MeshClients& clients, MeshClientOptions options,
                                                 std::string ns, const Dtab& dtab);

}  // namespace heddle

#endif  // HEDDLE_LIB_INTERPRETERS_KINDS_H_
