#include "proxy/config/identifier_config.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "proxy/config/read_path.h"

namespace heddle {

namespace {

std::optional<IdentifierConfig> ReadKind(ObjectReader& reader, const std::string& kind) {
  if (kind == "io.l5d.header.token") {
    HeaderTokenIdentifierConfig config;
    reader.Optional("header", &config.header);
    return config;
  }
  if (kind == "io.l5d.header") {
    HeaderIdentifierConfig config;
    reader.Optional("header", &config.header);
    return config;
  }
  if (kind == "io.l5d.path") {
    PathIdentifierConfig config;
    reader.Optional("segments", &config.segments, 1, 1000);
    reader.Optional("consume", &config.consume);
    return config;
  }
  if (kind == "io.l5d.methodAndHost") {
    MethodAndHostIdentifierConfig config;
    reader.Optional("httpUriInDst", &config.http_uri_in_dst);
    return config;
  }
  if (kind == "io.l5d.static") {
    StaticIdentifierConfig config;
    ReadRequiredPath(reader, "path", &config.path);
    return config;
  }
  return std::nullopt;
}

void ReadOne(const ConfigNode& node, ConfigErrors& errors, std::vector<IdentifierConfig>* configs) {
  ObjectReader reader(node, errors);
  const std::string kind = reader.Kind();
  if (kind.empty()) return;
  if (auto config = ReadKind(reader, kind)) {
    configs->push_back(*std::move(config));
    reader.Finish();
  } else if (kind == "io.l5d.ingress" || kind == "io.l5d.k8s.istio" || kind == "io.l5d.k8s.istio-ingress") {
    reader.AddError("kind", absl::StrCat(kind, " is not supported yet"));
  } else {
    errors.AddUnknown(
        *node.Find("kind"), "kind", kind,
        {"io.l5d.header.token", "io.l5d.header", "io.l5d.path", "io.l5d.methodAndHost", "io.l5d.static"});
  }
}

}  // namespace

void ReadIdentifierConfigs(const ConfigNode& node, ConfigErrors& errors,
                           std::vector<IdentifierConfig>* configs) {
  if (!node.is_list()) return ReadOne(node, errors, configs);
  if (node.items().empty()) errors.Add(node, "an empty list; give an identifier, or leave the key out");
  for (const auto& item : node.items()) ReadOne(*item, errors, configs);
}

}  // namespace heddle
