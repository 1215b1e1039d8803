#include "proxy/config/proxy_config.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"

namespace heddle {

namespace {

// Labels name metrics and admin pages, so each is one router's.
void CheckLabels(const std::vector<const ConfigNode*>& nodes, const std::vector<RouterEntry>& routers,
                 ConfigErrors& errors) {
  std::set<std::string> labels;
  for (size_t i = 0; i < routers.size(); ++i) {
    const std::string& label = routers[i].router.label;
    if (label.empty() || labels.insert(label).second) continue;
    const ConfigNode* at = nodes[i]->Find("label");
    errors.Add(at == nullptr ? *nodes[i] : *at,
               absl::StrCat("another router has the label '", label, "'; give this one a label of its own"));
  }
}

// Two listeners on one address would share its connections by chance. Port 0 is a different one each time.
void CheckAddresses(const std::vector<const ConfigNode*>& nodes, const ProxyConfig& config,
                    ConfigErrors& errors) {
  std::map<SocketAddress, std::string> taken{{config.admin.address, "the admin server"}};
  for (size_t i = 0; i < config.routers.size(); ++i) {
    const RouterConfig& router = config.routers[i].router;
    const ConfigNode* list = nodes[i]->Find("servers");
    for (size_t j = 0; j < router.servers.size(); ++j) {
      const SocketAddress& address = router.servers[j].address;
      if (address.port() == 0) continue;
      const auto [other, fresh] =
          taken.emplace(address, absl::StrCat("a server of router '", router.label, "'"));
      if (fresh) continue;
      errors.Add(*list->items()[j], absl::StrCat(address.ToString(), " is taken by ", other->second,
                                                 " already; choose another port"));
    }
  }
}

// Two routers would rename each other's file. Appending to the same one is fine.
void CheckAccessLogs(const std::vector<const ConfigNode*>& nodes, const std::vector<RouterEntry>& routers,
                     ConfigErrors& errors) {
  using Roll = AccessLogConfig::Roll;
  std::map<std::string, const RouterConfig*> taken;
  for (size_t i = 0; i < routers.size(); ++i) {
    const AccessLogConfig& log = routers[i].router.access_log;
    if (log.path.empty()) continue;
    const auto [other, fresh] = taken.emplace(log.path, &routers[i].router);
    const auto renames = [](Roll roll) { return roll != Roll::kNever && roll != Roll::kSighup; };
    if (fresh || (!renames(log.roll) && !renames(other->second->access_log.roll))) continue;
    errors.Add(*nodes[i]->Find("httpAccessLog"),
               absl::StrCat("router '", other->second->label,
                            "' writes this file too, and one of them renames it; give each its own"));
  }
}

}  // namespace

std::vector<std::string> ProxyConfig::Notes() const {
  std::vector<std::string> notes;
  for (const RouterEntry& router : routers)
    notes.insert(notes.end(), router.notes.begin(), router.notes.end());
  return notes;
}

void ReadProxyConfig(const ConfigNode& root, ConfigErrors& errors, ProxyConfig* config) {
  ObjectReader reader(root, errors);
  const std::vector<const ConfigNode*> routers = reader.RequiredList("routers");
  for (const ConfigNode* node : routers) ReadRouter(*node, errors, &config->routers.emplace_back());
  config->namers = ReadNamers(reader, PrefixOverlap::kAllowed);
  if (const ConfigNode* admin = reader.Node("admin")) AdminConfig::Read(*admin, errors, &config->admin);
  TelemetryConfig::Read(reader.List("telemetry"), errors, &config->telemetry);
  reader.Optional("workers", &config->workers, 1, 1024);
  reader.Ignore("usage");
  reader.Later("tracers", "was renamed in Linkerd 1.0: write 'telemetry'");
  reader.Finish();
  CheckLabels(routers, config->routers, errors);
  CheckAddresses(routers, *config, errors);
  CheckAccessLogs(routers, config->routers, errors);
}

}  // namespace heddle
