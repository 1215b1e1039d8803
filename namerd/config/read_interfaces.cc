#include "namerd/config/read_interfaces.h"

#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "lib/config/read_address.h"

namespace heddle::namerd {
namespace {

using Kind = InterfaceConfig::Kind;

constexpr char kHttpController[] = "io.l5d.httpController";
constexpr char kMesh[] = "io.l5d.mesh";
constexpr char kThrift[] = "io.l5d.thriftNameInterpreter";
constexpr char kDestination[] = "io.l5d.destination";

// What namerd does may be said; anything else is not served.
void ReadSocketOptions(const ConfigNode& node, ConfigErrors& errors) {
  ObjectReader reader(node, errors);
  const auto expect = [&reader](const char* key, bool fixed) {
    bool value = fixed;
    if (reader.Optional(key, &value) && value != fixed) {
      reader.AddError(key, absl::StrCat("is always ", fixed ? "true" : "false", " here; remove it"));
    }
  };
  expect("noDelay", true);
  expect("reuseAddr", true);
  expect("reusePort", false);
  for (const char* key : {"readTimeoutMs", "writeTimeoutMs", "keepAlive", "backlog"}) {
    reader.Later(key, "not supported yet; remove it");
  }
  reader.Finish();
}

void ReadInterfaceAddress(ObjectReader& reader, uint16_t default_port, SocketAddress* out) {
  *out = SocketAddress::Parse("127.0.0.1", default_port).value();
  ReadAddress(reader, out);
  reader.Later("tls", "not supported yet; bind the interface to an address that only friends reach");
  if (const ConfigNode* options = reader.Node("socketOptions")) ReadSocketOptions(*options, reader.errors());
}

// Namerd keeps what nobody asks for any more in caches of these sizes. Here everything that is followed is
// shared for as long as it is followed, so the numbers are checked and mean nothing.
// Source: io.buoyant.namerd.iface.CapacityConfig.
void ReadCache(const ConfigNode& node, ConfigErrors& errors) {
  ObjectReader reader(node, errors);
  int unused = 0;
  for (const char* key : {"bindingCacheActive", "bindingCacheInactive", "bindingCacheInactiveTTLSecs",
                          "addrCacheActive", "addrCacheInactive", "addrCacheInactiveTTLSecs"}) {
    reader.Optional(key, &unused, 0);
  }
  reader.Finish();
}

std::optional<Kind> KindOf(ObjectReader& reader) {
  const std::string kind = reader.Kind();
  if (kind == kHttpController) return Kind::kHttpController;
  if (kind == kMesh) return Kind::kMesh;
  if (kind == kThrift) return Kind::kThriftNameInterpreter;
  if (kind == kDestination) {
    reader.AddError("kind",
                    absl::StrCat(kDestination,
                                 " was an experiment for the proxies of another mesh, Linkerd 2, and is "
                                 "not served; remove the interface"));
  } else if (!kind.empty()) {
    reader.errors().AddUnknown(*reader.node().Find("kind"), "kind of interface", kind,
                               {kHttpController, kMesh, kThrift});
  }
  return std::nullopt;
}

void ReadInterface(const ConfigNode& node, ConfigErrors& errors, std::vector<InterfaceConfig>* interfaces) {
  ObjectReader reader(node, errors);
  const std::optional<Kind> kind = KindOf(reader);
  if (!kind) return;
  InterfaceConfig interface {
    *kind, {}
  };
  switch (*kind) {
    case Kind::kHttpController:
      ReadInterfaceAddress(reader, 4180, &interface.address);
      break;
    case Kind::kMesh:
      ReadInterfaceAddress(reader, 4321, &interface.address);
      for (const char* key :
           {"h2AccessLog", "h2AccessLogRollPolicy", "h2AccessLogAppend", "h2AccessLogRotateCount"}) {
        reader.Later(key, "not supported yet; remove it");
      }
      break;
    case Kind::kThriftNameInterpreter:
      ReadInterfaceAddress(reader, 4100, &interface.address);
      if (const ConfigNode* cache = reader.Node("cache")) ReadCache(*cache, errors);
      break;
  }
  reader.Finish();
  interfaces->push_back(interface);
}

}  // namespace

void ReadInterfaces(const std::vector<const ConfigNode*>& nodes, const SocketAddress& admin,
                    ConfigErrors& errors, std::vector<InterfaceConfig>* interfaces) {
  for (const ConfigNode* node : nodes) ReadInterface(*node, errors, interfaces);
  if (nodes.size() != interfaces->size()) return;  // some are in error already
  // Two listeners cannot share an address. Port 0 is a different one each time.
  std::map<SocketAddress, std::string> taken{{admin, "the admin server"}};
  for (size_t i = 0; i < nodes.size(); ++i) {
    const SocketAddress& address = interfaces->at(i).address;
    if (address.port() == 0) continue;
    const auto [other, fresh] = taken.emplace(address, absl::StrCat("interfaces[", i, "]"));
    if (fresh) continue;
    errors.Add(*nodes[i], absl::StrCat(address.ToString(), " is taken by ", other->second,
                                       " already; choose another port"));
  }
}

}  // namespace heddle::namerd
