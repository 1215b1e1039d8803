#include "namerd/fleet/fleet.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace heddle::namerd {
namespace {

nlohmann::json VersionJson(DtabVersion version) {
  return {{"epoch", version.epoch}, {"revision", version.revision}};
}

nlohmann::json MemberJson(const FleetMember& member) {
  nlohmann::json namespaces = nlohmann::json::object();
  for (const auto& [ns, state] : member.namespaces) {
    namespaces[ns] = {{"synced", VersionJson(state.synced)}, {"applied", VersionJson(state.applied)}};
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

}  // namespace

Fleet::Handle::~Handle() { fleet_.Gone(id_, stream_); }

FleetMember* Fleet::Handle::member() const {
  const auto found = fleet_.entries_.find(id_);
  return found == fleet_.entries_.end() || found->second.stream != stream_ ? nullptr : &found->second.member;
}

void Fleet::Handle::Follows(const std::string& ns) {
  if (FleetMember* proxy = member()) proxy->namespaces.try_emplace(ns);
}

void Fleet::Handle::Synced(const std::string& ns, DtabVersion version) {
  if (FleetMember* proxy = member()) proxy->namespaces[ns].synced = version;
}

void Fleet::Handle::Applied(const std::string& ns, DtabVersion version) {
  FleetMember* proxy = member();
  if (proxy == nullptr) return;
  if (const auto found = proxy->namespaces.find(ns); found != proxy->namespaces.end()) {
    found->second.applied = version;
  }
}

void Fleet::Handle::Rejected(std::string error) {
  if (FleetMember* proxy = member()) proxy->last_error = std::move(error);
}

void Fleet::Handle::Left(const std::string& ns) {
  if (FleetMember* proxy = member()) proxy->namespaces.erase(ns);
}

std::unique_ptr<Fleet::Handle> Fleet::Join(ProxyInfo info) {
  const std::string id = info.id;
  const uint64_t stream = next_stream_++;
  gone_.remove(id);
  Entry& entry = entries_[id];
  entry.stream = stream;
  entry.member = {
      .info = std::move(info), .connected = true, .since_ms = NowMs(), .namespaces = {}, .last_error = ""};
  ForgetOld();
  return std::unique_ptr<Handle>(new Handle(*this, id, stream));
}

void Fleet::Gone(const std::string& id, uint64_t stream) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.stream != stream) return;
  found->second.member.connected = false;
  found->second.member.since_ms = NowMs();
  gone_.push_back(id);
  ForgetOld();
}

void Fleet::ForgetOld() {
  const int64_t oldest = NowMs() - kRememberGone.count();
  while (!gone_.empty()) {
    const auto found = entries_.find(gone_.front());
    if (gone_.size() <= kMaxGone && found->second.member.since_ms >= oldest) return;
    entries_.erase(found);
    gone_.pop_front();
  }
}

std::vector<const FleetMember*> Fleet::Members() const {
  std::vector<const FleetMember*> members;
  for (const auto& [id, entry] : entries_) members.push_back(&entry.member);
  return members;
}

Convergence Fleet::ProgressOf(const std::string& ns, DtabVersion version) const {
  Convergence progress;
  for (const auto& [id, entry] : entries_) {
    const auto found = entry.member.namespaces.find(ns);
    if (!entry.member.connected || found == entry.member.namespaces.end()) continue;
    ++progress.following;
    const DtabVersion applied = found->second.applied;
    if (applied.epoch == version.epoch && applied.revision >= version.revision) {
      ++progress.applied;
    } else {
      progress.behind.push_back(id);
    }
  }
  return progress;
}

std::string Fleet::StateJson(const NamesInUse& in_use) const {
  nlohmann::json proxies = nlohmann::json::array();
  size_t connected = 0;
  for (const auto& [id, entry] : entries_) {
    connected += entry.member.connected ? 1 : 0;
    proxies.push_back(MemberJson(entry.member));
  }
  const nlohmann::json json{
      {"connected", connected}, {"namesInUse", in_use.Counts()}, {"proxies", std::move(proxies)}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace heddle::namerd
