// The fleet as pages show it.
#include <nlohmann/json.hpp>
#include <utility>

#include "namerd/fleet/fleet.h"

namespace heddle::namerd {
namespace {

using nlohmann::json;

json VersionJson(DtabVersion version) { return {{"epoch", version.epoch}, {"revision", version.revision}}; }

json NamespaceJson(const FleetMember::Namespace& state, DtabVersion latest, FleetMember::Lag lag) {
  json out{{"applied", VersionJson(state.applied)},
           {"synced", VersionJson(state.synced)},
           {"latest", VersionJson(latest)},
           {"lagVersions", lag.versions},
           {"lagMs", lag.time.count()}};
  if (state.took) out["tookMs"] = state.took->count();
  return out;
}

json MemberJson(const Fleet& fleet, const FleetMember& member) {
  json namespaces = json::object();
  for (const auto& [ns, state] : member.namespaces) {
    namespaces[ns] = NamespaceJson(state, fleet.LatestOf(ns), fleet.LagOf(member, ns));
  }
  return {{"id", member.info.id},
          {"node", member.info.node},
          {"version", member.info.version},
          {"peer", member.info.peer},
          {"startedMs", member.info.started_ms},
          {"connected", member.connected},
          {"sinceMs", member.since_ms},
          {"namespaces", std::move(namespaces)},
          {"lastError", member.last_error}};
}

json FleetJson(const Fleet& fleet) {
  json proxies = json::array();
  size_t connected = 0;
  for (const FleetMember* member : fleet.Members()) {
    connected += member->connected ? 1 : 0;
    proxies.push_back(MemberJson(fleet, *member));
  }
  return {{"connected", connected}, {"proxies", std::move(proxies)}};
}

// What proxies say of themselves need not be UTF-8.
std::string Text(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string Fleet::StateJson() const { return Text(FleetJson(*this)); }

std::string Fleet::StateJson(const NamesInUse& in_use) const {
  json all = FleetJson(*this);
  all["namesInUse"] = in_use.Counts();
  return Text(all);
}

}  // namespace heddle::namerd
