#include "lib/interpreters/kinds.h"

#include <utility>

#include "lib/interpreters/mesh_interpreter.h"
#include "lib/naming/local_interpreter.h"

namespace heddle {

std::shared_ptr<Interpreter> MakeDefaultInterpreter(const Dtab& dtab, std::vector<PrefixedNamer> namers) {
  auto fixed = Constant(Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>(dtab)}));
  return std::make_shared<LocalInterpreter>(std::move(fixed), std::move(namers));
}

std::shared_ptr<Interpreter> MakeMeshInterpreter(MeshClients& clients, MeshClientOptions options,
                                                 std::string ns, const Dtab& dtab) {
  return std::make_shared<MeshInterpreter>(clients.Get(std::move(options)), std::move(ns), dtab);
}

}  // namespace heddle
