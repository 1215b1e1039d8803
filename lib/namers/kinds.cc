#include "lib/namers/kinds.h"

#include <filesystem>
#include <functional>
#include <map>
#include <system_error>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/config/object_reader.h"
#include "lib/namers/fs_namer.h"
#include "lib/namers/inet_namer.h"

namespace heddle {
namespace {

using Read = std::function<std::unique_ptr<NamerConfig>(ObjectReader&)>;

std::unique_ptr<NamerConfig> ReadFs(ObjectReader& reader) {
  auto config = std::make_unique<FsNamerConfig>();
  std::string root;
  if (!reader.Required("rootDir", &root)) return config;
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(root, error);
  if (error || !std::filesystem::is_directory(absolute, error)) {
    reader.AddError("rootDir",
                    absl::StrCat("'", root, "' is not a directory; create it, or name one that exists"));
  }
  config->root_dir = absolute.string();
  return config;
}

const std::map<std::string, Read>& Kinds() {
  static const auto& kinds = *new std::map<std::string, Read>{
      {"io.l5d.fs", ReadFs},
  };
  return kinds;
}

// Whether Linkerd 1.x has a namer of this kind (the configIds of its namer/): no slip of the pen then.
bool IsOfLinkerd(const std::string& kind) {
  static const auto& kinds = *new absl::flat_hash_set<absl::string_view>{
      "io.l5d.consul",     "io.l5d.curator", "io.l5d.k8s",      "io.l5d.k8s.external",
      "io.l5d.k8s.istio",  "io.l5d.k8s.ns",  "io.l5d.marathon", "io.l5d.rancher",
      "io.l5d.serversets", "io.l5d.dnssrv",  "io.l5d.zkLeader", "io.l5d.rewrite"};
  return kinds.contains(kind);
}

Path ReadPrefix(ObjectReader& reader, const std::string& kind) {
  std::string text;
  if (!reader.Optional("prefix", &text)) return Path{"#", kind};
  auto path = Path::Parse(text);
  if (!path.ok()) {
    reader.AddError("prefix", absl::StrCat(path.status().message(), "; expected a path such as /", kind));
    return Path();
  }
  return path->StartsWith(Path{"#"}) ? *std::move(path) : Path{"#"} + *path;
}

}  // namespace

std::shared_ptr<Namer> FsNamerConfig::Make(const NamerContext& context) const {
  return std::make_shared<FsNamer>(context.loop, root_dir, prefix, context.hosts);
}

NamerConfigs ReadNamers(const std::vector<const ConfigNode*>& entries, ConfigErrors& errors) {
  std::vector<std::string> accepted;
  for (const auto& [kind, read] : Kinds()) accepted.push_back(kind);
  NamerConfigs configs;
  for (const ConfigNode* entry : entries) {
    ObjectReader reader(*entry, errors);
    const std::string kind = reader.Kind();
    if (kind.empty()) continue;
    const auto found = Kinds().find(kind);
    if (found == Kinds().end()) {
      if (IsOfLinkerd(kind)) {
        reader.AddError("kind",
                        absl::StrCat(kind, " is not supported yet; ", absl::StrJoin(accepted, " and "),
                                     accepted.size() == 1 ? " is" : " are"));
      } else {
        errors.AddUnknown(*entry->Find("kind"), "namer", kind, accepted);
      }
      continue;
    }
    auto config = found->second(reader);
    config->prefix = ReadPrefix(reader, kind);
    reader.Later("transformers", "transformers are not supported yet");
    reader.Finish();
    configs.push_back(std::move(config));
  }
  return configs;
}

std::vector<PrefixedNamer> MakeNamers(const NamerConfigs& configs, Loop& loop, DnsResolver::Options dns) {
  const NamerContext context{loop, std::make_shared<HostAddrs>(loop, std::move(dns))};
  std::vector<PrefixedNamer> namers;
  namers.push_back({InetNamer::Prefix(), std::make_shared<InetNamer>(context.hosts)});
  for (const auto& config : configs) namers.push_back({config->prefix, config->Make(context)});
  return namers;
}

}  // namespace heddle
