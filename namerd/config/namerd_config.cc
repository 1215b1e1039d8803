#include "namerd/config/namerd_config.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "namerd/config/read_storage.h"

namespace heddle::namerd {
namespace {

constexpr char kHttpController[] = "io.l5d.httpController";
constexpr char kMesh[] = "io.l5d.mesh";

void ReadAddress(ObjectReader& reader, uint16_t default_port, SocketAddress* out) {
  std::string ip = "127.0.0.1";
  uint16_t port = default_port;
  reader.Optional("ip", &ip);
  reader.Optional("port", &port);
  const auto address = SocketAddress::Parse(ip, port);
  if (address.ok()) {
    *out = *address;
  } else {
    reader.AddError(
        "ip", absl::StrCat("'", ip, "' is no IP address; give one such as 127.0.0.1, 0.0.0.0 or \"::1\""));
  }
  reader.Later("tls", "not supported yet; bind the interface to an address that only friends reach");
  reader.Later("socketOptions", "not supported yet; remove it");
}

void ReadInterface(const ConfigNode& node, ConfigErrors& errors, std::vector<InterfaceConfig>* interfaces) {
  ObjectReader reader(node, errors);
  const std::string kind = reader.Kind();
  InterfaceConfig interface;
  if (kind == kHttpController) {
    ReadAddress(reader, 4180, &interface.address);
  } else if (kind == kMesh) {
    interface.kind = InterfaceConfig::Kind::kMesh;
    ReadAddress(reader, 4321, &interface.address);
    for (const char* key :
         {"h2AccessLog", "h2AccessLogRollPolicy", "h2AccessLogAppend", "h2AccessLogRotateCount"}) {
      reader.Later(key, "not supported yet; remove it");
    }
  } else {
    if (kind == "io.l5d.thriftNameInterpreter" || kind == "io.l5d.destination") {
      reader.AddError("kind",
                      absl::StrCat(kind, " is not supported yet; ", kMesh, " and ", kHttpController, " are"));
    } else if (!kind.empty()) {
      errors.AddUnknown(*node.Find("kind"), "kind of interface", kind, {kHttpController, kMesh});
    }
    return;
  }
  reader.Finish();
  interfaces->push_back(interface);
}

// Two listeners cannot share an address. Port 0 is a different one each time.
void CheckAddresses(const std::vector<const ConfigNode*>& nodes, ConfigErrors& errors,
                    const NamerdConfig& config) {
  std::map<SocketAddress, std::string> taken{{config.admin.address, "the admin server"}};
  if (nodes.size() != config.interfaces.size()) return;  // some are in error already
  for (size_t i = 0; i < nodes.size(); ++i) {
    const SocketAddress& address = config.interfaces[i].address;
    if (address.port() == 0) continue;
    const auto [other, fresh] = taken.emplace(address, absl::StrCat("interfaces[", i, "]"));
    if (fresh) continue;
    errors.Add(*nodes[i], absl::StrCat(address.ToString(), " is taken by ", other->second,
                                       " already; choose another port"));
  }
}

}  // namespace

const char kDefaultNamerdConfig[] =
    "storage:\n"
    "  kind: io.l5d.rocksdb\n"
    "  path: ./namerd-data\n"
    "interfaces:\n"
    "- kind: io.l5d.httpController\n"
    "  ip: 127.0.0.1\n"
    "  port: 4180\n"
    "- kind: io.l5d.mesh\n"
    "  ip: 127.0.0.1\n"
    "  port: 4321\n"
    "admin:\n"
    "  ip: 127.0.0.1\n"
    "  port: 9991\n"
    "telemetry:\n"
    "- kind: io.l5d.prometheus\n";

void ReadNamerdConfig(const ConfigNode& root, ConfigErrors& errors, NamerdConfig* config) {
  ObjectReader reader(root, errors);
  if (const ConfigNode* storage = reader.RequiredNode("storage"))
    ReadStorage(*storage, errors, &config->storage);
  const std::vector<const ConfigNode*> interfaces = reader.RequiredList("interfaces");
  for (const ConfigNode* node : interfaces) ReadInterface(*node, errors, &config->interfaces);
  config->namers = ReadNamers(reader, PrefixOverlap::kRefused);
  if (const ConfigNode* admin = reader.Node("admin")) AdminConfig::Read(*admin, errors, &config->admin);
  TelemetryConfig::Read(reader.List("telemetry"), errors, &config->telemetry);
  reader.Finish();
  CheckAddresses(interfaces, errors, *config);
}

}  // namespace heddle::namerd
