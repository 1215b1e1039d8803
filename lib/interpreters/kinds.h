// The interpreters a router can have, by kind (Linkerd's names). Reading their configuration is
// proxy/config's.
#ifndef HEDDLE_LIB_INTERPRETERS_KINDS_H_
#define HEDDLE_LIB_INTERPRETERS_KINDS_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/interpreters/dtab_file.h"
#include "lib/interpreters/mesh_clients.h"
#include "lib/naming/interpreter.h"
#include "lib/naming/namer.h"
#include "lib/naming/transformer.h"

namespace heddle {

// kind: default. The router's own dtab, and the namers of the process.
std::shared_ptr<Interpreter> MakeDefaultInterpreter(const Dtab& dtab, std::vector<PrefixedNamer> namers,
                                                    Transformers transformers = {});

// kind: io.l5d.fs. The dtab of `file`, then the router's own, and the namers of the process.
std::shared_ptr<Interpreter> MakeFileInterpreter(std::shared_ptr<DtabFile> file, const Dtab& dtab,
                                                 std::vector<PrefixedNamer> namers,
                                                 Transformers transformers = {});

// kind: io.l5d.mesh, and io.l5d.namerd and io.l5d.namerd.http in its place. Namespace `ns` of the namerd at
// `options.target`, with its namers; the router's dtab comes after the namespace's. On the loop of `clients`,
// which may go before the interpreter.
std::shared_ptr<Interpreter> MakeMeshInterpreter(MeshClients& clients, MeshClientOptions options,
                                                 std::string ns, const Dtab& dtab,
                                                 Transformers transformers = {});

}  // namespace heddle

#endif  // HEDDLE_LIB_INTERPRETERS_KINDS_H_
