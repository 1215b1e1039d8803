#include "lib/namers/kinds.h"

#include <map>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/namers/inet_namer.h"
#include "lib/namers/read_kinds.h"

namespace heddle {
namespace {

struct Kind {
  std::unique_ptr<NamerConfig> (*read)(ObjectReader&);
  bool has_default_prefix = true;
};

const std::map<std::string, Kind>& Kinds() {
  static const auto& kinds = *new std::map<std::string, Kind>{
      {"io.l5d.dnssrv", {ReadDnsSrv}},
      {"io.l5d.fs", {ReadFs}},
      {"io.l5d.rewrite", {ReadRewrite, false}},
  };
  return kinds;
}

// Whether Linkerd 1.x has a namer of this kind (the configIds of its namer/): no slip of the pen then.
bool IsOfLinkerd(const std::string& kind) {
  static const auto& kinds = *new absl::flat_hash_set<absl::string_view>{
      "io.l5d.consul", "io.l5d.curator",  "io.l5d.k8s",     "io.l5d.k8s.external", "io.l5d.k8s.istio",
      "io.l5d.k8s.ns", "io.l5d.marathon", "io.l5d.rancher", "io.l5d.serversets",   "io.l5d.zkLeader"};
  return kinds.contains(kind);
}

Path ReadPrefix(ObjectReader& reader, const std::string& kind, bool has_default) {
  std::string text;
  const bool present = has_default ? reader.Optional("prefix", &text) : reader.Required("prefix", &text);
  if (!present) return Path{"#", kind};
  auto path = Path::Parse(text);
  if (!path.ok()) {
    reader.AddError("prefix", absl::StrCat(path.status().message(), "; expected a path such as /", kind));
    return Path();
  }
  return path->StartsWith(Path{"#"}) ? *std::move(path) : Path{"#"} + *path;
}

std::unique_ptr<NamerConfig> ReadNamer(const ConfigNode& entry, ConfigErrors& errors) {
  std::vector<std::string> accepted;
  for (const auto& [kind, read] : Kinds()) accepted.push_back(kind);
  ObjectReader reader(entry, errors);
  const std::string kind = reader.Kind();
  if (kind.empty()) return nullptr;
  const auto found = Kinds().find(kind);
  if (found == Kinds().end() && IsOfLinkerd(kind)) {
    reader.AddError("kind",
                    absl::StrCat(kind, " is not supported yet; ", absl::StrJoin(accepted, ", "), " are"));
    return nullptr;
  }
  if (found == Kinds().end()) {
    errors.AddUnknown(*entry.Find("kind"), "namer", kind, accepted);
    return nullptr;
  }
  auto config = found->second.read(reader);
  config->prefix = ReadPrefix(reader, kind, found->second.has_default_prefix);
  config->transformers = ReadTransformers(reader.List("transformers"), errors);
  reader.Finish();
  return config;
}

// Source: io.buoyant.namerd.NamerdConfig.mkNamers.
void RefuseOverlap(const NamerConfigs& configs, const Path& prefix, const ConfigNode& entry,
                   ConfigErrors& errors) {
  for (const auto& other : configs.entries) {
    if (prefix.empty() || other->prefix.empty()) continue;  // refused already
    if (!prefix.StartsWith(other->prefix) && !other->prefix.StartsWith(prefix)) continue;
    const ConfigNode* place = entry.Find("prefix");
    errors.Add(place != nullptr ? *place : entry,
               absl::StrCat("Namers must not have overlapping prefixes: ", other->prefix.Show(), " & ",
                            prefix.Show(), "; give one of them another 'prefix'"));
  }
}

void ReadDns(const ConfigNode& node, ConfigErrors& errors, DnsResolver::Options* dns) {
  ObjectReader reader(node, errors);
  std::vector<std::string> servers;
  reader.Optional("servers", &servers);
  std::vector<DnsHost> hosts;
  for (const std::string& text : servers) {
    auto host = ParseDnsHost(text);
    if (host.ok() && ParseHostLiteral(host->host)) {
      hosts.push_back(*std::move(host));
    } else {
      reader.AddError(
          "servers",
          absl::StrCat("'", text, "' is no address; expected IP or IP:PORT, such as 127.0.0.1:8600"));
    }
  }
  dns->servers = ServersOf(hosts);
  int64_t timeout = dns->timeout.count();
  reader.Optional("timeoutMs", &timeout, 1, 60'000);
  dns->timeout = Millis(timeout);
  reader.Finish();
}

}  // namespace

NamerConfigs ReadNamers(ObjectReader& config, PrefixOverlap overlap) {
  NamerConfigs configs;
  for (const ConfigNode* entry : config.List("namers")) {
    auto namer = ReadNamer(*entry, config.errors());
    if (namer == nullptr) continue;
    if (overlap == PrefixOverlap::kRefused) RefuseOverlap(configs, namer->prefix, *entry, config.errors());
    configs.entries.push_back(std::move(namer));
  }
  if (const ConfigNode* dns = config.Node("dns")) ReadDns(*dns, config.errors(), &configs.dns);
  return configs;
}

std::vector<PrefixedNamer> MakeNamers(const NamerConfigs& configs, Loop& loop, const Scope& root) {
  const Scope namer_scope = root.Child("namer");
  DnsResolver::Options dns = configs.dns;
  dns.scope = root.Child("dns");
  const auto hosts = std::make_shared<HostAddrs>(loop, dns, namer_scope.Child("inet"));
  const auto inet = std::make_shared<InetNamer>(hosts);
  using Resolved = InetNamer::Resolved;
  std::vector<PrefixedNamer> namers;
  namers.push_back({InetNamer::Prefix(Resolved::kOnce), std::make_shared<InetNamer>(hosts, Resolved::kOnce)});
  namers.push_back({InetNamer::Prefix(), inet});
  for (const auto& config : configs.entries) {
    const std::string name = config->prefix.Drop(1).Show().substr(1);
    auto namer = config->Make(NamerContext{loop, hosts, dns.timeout, namer_scope.Child(name)});
    namers.push_back({config->prefix, TransformNamer(std::move(namer), MakeTransformers(config->transformers,
                                                                                        {.inet = inet}))});
  }
  return namers;
}

}  // namespace heddle
