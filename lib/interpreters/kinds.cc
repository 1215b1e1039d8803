#include "lib/interpreters/kinds.h"

#include <utility>

#include "lib/interpreters/appended_dtab.h"
#include "lib/interpreters/mesh_interpreter.h"
#include "lib/interpreters/transformed_interpreter.h"
#include "lib/naming/local_interpreter.h"

namespace heddle {

std::shared_ptr<Interpreter> MakeDefaultInterpreter(const Dtab& dtab, std::vector<PrefixedNamer> namers,
                                                    Transformers transformers) {
  auto fixed = Constant(Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>(dtab)}));
  return std::make_shared<LocalInterpreter>(std::move(fixed), std::move(namers), std::move(transformers));
}

std::shared_ptr<Interpreter> MakeFileInterpreter(std::shared_ptr<DtabFile> file, const Dtab& dtab,
                                                 std::vector<PrefixedNamer> namers,
                                                 Transformers transformers) {
  return std::make_shared<LocalInterpreter>(std::make_shared<AppendedDtab>(std::move(file), dtab),
                                            std::move(namers), std::move(transformers));
}

std::shared_ptr<Interpreter> MakeMeshInterpreter(MeshClients& clients, MeshClientOptions options,
                                                 std::string ns, const Dtab& dtab,
                                                 Transformers transformers) {
  auto mesh = std::make_shared<MeshInterpreter>(clients.Get(std::move(options)), std::move(ns), dtab);
  if (transformers.empty()) return mesh;
  return std::make_shared<TransformedInterpreter>(std::move(mesh), std::move(transformers));
}

}  // namespace heddle
