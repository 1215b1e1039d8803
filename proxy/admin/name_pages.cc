#include "proxy/admin/name_pages.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

using Json = nlohmann::ordered_json;

// Names come from requests: bytes that are no UTF-8 are replaced.
std::string Dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

std::string StateOf(const Addr& addr) {
  switch (addr.state) {
    case AddrState::kPending:
      return "Pending";
    case AddrState::kAbsent:
      return "Neg";
    case AddrState::kFailed:
      return absl::StrCat("Failed: ", addr.error.message());
    case AddrState::kBound:
      break;
  }
  return "bound";
}

Json ClientStates(const std::vector<RouterNames>& routers) {
  Json clients = Json::object();
  for (const RouterNames& router : routers) {
    router.binder->VisitClients([&](const Binder::ClientState& client) {
      Json addresses = Json::array();
      if (client.addr.state == AddrState::kBound) {
        for (const Endpoint& endpoint : *client.addr.endpoints) {
          addresses.push_back(endpoint.address.ToString());
        }
      }
      clients[client.id] = Json{{"state", StateOf(client.addr)}, {"addresses", std::move(addresses)}};
    });
  }
  return clients;
}

Json BoundNames(const std::vector<PrefixedNamer>& namers) {
  std::set<std::string> names;
  for (const PrefixedNamer& namer : namers) {
    const Subscription now = namer.namer->Enumerate()->Subscribe([&](const std::vector<Path>& paths) {
      for (const Path& path : paths) names.insert(path.Show());
    });
  }
  return Json(names);
}

const char* StateOf(const BoundRoute* route) {
  if (route == nullptr) return "pending";
  if (!route->error.ok()) return "failed";
  if (!route->targets.empty()) return "bound";
  return route->nowhere == '!' ? "fail" : route->nowhere == '$' ? "empty" : "neg";
}

Json TargetsOf(const Binder::NameState& name) {
  Json targets = Json::array();
  for (size_t i = 0; i < name.shares.size(); ++i) {
    const BoundRoute::Target& target = name.route->targets[i];
    Json json = {{"client", target.client.empty() ? "$" : target.client}};
    if (!target.residual.empty()) json["residual"] = target.residual;
    if (target.status != 0) json["status"] = target.status;
    json["share"] = name.shares[i];
    targets.push_back(std::move(json));
  }
  return targets;
}

Json NameStates(const Binder& binder, const std::optional<std::string>& wanted) {
  Json names = Json::array();
  binder.VisitNames([&](const Binder::NameState& name) {
    if (wanted && *wanted != name.name) return;
    Json json = {{"name", name.name}};
    if (!name.local.empty()) json["dtab"] = name.local;
    json["state"] = StateOf(name.route);
    if (name.route != nullptr && !(name.route->version == DtabVersion{})) {
      json["revision"] = name.route->version.revision;
    }
    if (!name.shares.empty()) json["targets"] = TargetsOf(name);
    if (!name.error.ok()) json["error"] = std::string(name.error.message());
    json["workers"] = name.workers;
    json["ageMs"] = name.age.count() / 1'000'000;
    names.push_back(std::move(json));
  });
  return names;
}

}  // namespace

void MountNamePages(AdminServer& server, std::vector<RouterNames> routers,
                    const std::vector<PrefixedNamer>& namers) {
  using Writer = std::shared_ptr<ResponseWriter>;
  server.Mount({"/client_state.json",
                "clients and their endpoints",
                {"GET"},
                [routers](const HttpRequest&, const Writer& writer) {
                  SendJson(*writer, 200, Dump(ClientStates(routers)));
                }});
  server.Mount({"/bound-names.json",
                "every client that the namers can list",
                {"GET"},
                [&namers](const HttpRequest&, const Writer& writer) {
                  SendJson(*writer, 200, Dump(BoundNames(namers)));
                }});
  server.Mount({"/name_state.json",
                "names in the caches and where they lead: ?router=<label>, ?name=/svc/web",
                {"GET"},
                [routers = std::move(routers)](const HttpRequest& request, const Writer& writer) {
                  const std::optional<std::string> label = request.Query("router");
                  Json json = Json::object();
                  for (const RouterNames& router : routers) {
                    if (label && *label != router.label) continue;
                    json[router.label] = NameStates(*router.binder, request.Query("name"));
                  }
                  SendJson(*writer, 200, Dump(json));
                }});
}

}  // namespace heddle
