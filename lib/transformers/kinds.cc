#include "lib/transformers/kinds.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "lib/transformers/host_transformers.h"
#include "lib/transformers/path_transformers.h"
#include "lib/transformers/port_transformer.h"

namespace heddle {
namespace {

using Read = std::unique_ptr<TransformerConfig> (*)(ObjectReader&);

const std::map<std::string, Read>& Kinds() {
  static const auto& kinds = *new std::map<std::string, Read>{
      {"io.l5d.const", ConstTransformerConfig::Read},
      {"io.l5d.localhost", LocalhostTransformerConfig::Read},
      {"io.l5d.port", PortTransformerConfig::Read},
      {"io.l5d.replace", ReplaceTransformerConfig::Read},
      {"io.l5d.specificHost", SpecificHostTransformerConfig::Read},
  };
  return kinds;
}

// Kinds of Linkerd's that are to come: no slip of the pen.
bool IsToCome(const std::string& kind) {
  return kind == "io.l5d.k8s.daemonset" || kind == "io.l5d.k8s.localnode";
}

void ReadPrefix(ObjectReader& reader, Path* prefix) {
  std::string text;
  if (!reader.Optional("prefix", &text)) return;
  const auto path = Path::Parse(text);
  if (!path.ok()) {
    reader.AddError("prefix", absl::StrCat(path.status().message(), "; expected a path such as /mine"));
    return;
  }
  const Path own = path->StartsWith(Path{"%"}) ? path->Drop(1) : *path;
  for (const std::string& label : own) {
    if (label == "%" || label == "#" || label == "$") {
      reader.AddError("prefix",
                      absl::StrCat("the label '", label, "' says where a client's id begins; take another"));
      return;
    }
  }
  *prefix = Path{"%"} + own;
}

}  // namespace

TransformerConfigs ReadTransformers(const std::vector<const ConfigNode*>& entries, ConfigErrors& errors) {
  TransformerConfigs configs;
  for (const ConfigNode* entry : entries) {
    ObjectReader reader(*entry, errors);
    const std::string kind = reader.Kind();
    if (kind.empty()) continue;
    const auto found = Kinds().find(kind);
    if (found != Kinds().end()) {
      auto config = found->second(reader);
      ReadPrefix(reader, &config->prefix);
      reader.Finish();
      configs.push_back(std::move(config));
    } else if (IsToCome(kind)) {
      reader.AddError("kind", absl::StrCat(kind, " is not supported yet"));
    } else {
      std::vector<std::string> accepted;
      for (const auto& [name, read] : Kinds()) accepted.push_back(name);
      errors.AddUnknown(*entry->Find("kind"), "transformer", kind, accepted);
    }
  }
  return configs;
}

Transformers MakeTransformers(const TransformerConfigs& configs, const TransformerContext& context) {
  Transformers transformers;
  for (const auto& config : configs) transformers.push_back(config->Make(context));
  return transformers;
}

}  // namespace heddle
