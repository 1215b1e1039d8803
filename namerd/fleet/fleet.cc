#include "namerd/fleet/fleet.h"

#include <algorithm>
#include <utility>

namespace heddle::namerd {

Fleet::Handle::~Handle() { fleet_.Gone(id_, stream_); }

FleetMember* Fleet::Handle::member() const {
  const auto found = fleet_.entries_.find(id_);
  return found == fleet_.entries_.end() || found->second.stream != stream_ ? nullptr : &found->second.member;
}

FleetMember::Namespace* Fleet::Handle::following(const std::string& ns) const {
  FleetMember* proxy = member();
  if (proxy == nullptr) return nullptr;
  const auto found = proxy->namespaces.find(ns);
  return found == proxy->namespaces.end() ? nullptr : &found->second;
}

void Fleet::Handle::Follows(const std::string& ns) {
  FleetMember* proxy = member();
  if (proxy == nullptr) return;
  const auto [state, added] = proxy->namespaces.try_emplace(ns);
  if (!added) return;
  Versions& versions = fleet_.versions_[ns];
  ++versions.members;
  state->second.since = fleet_.loop_.Now();
  // It lacks the version that is there, not those before it.
  state->second.number = std::max<uint64_t>(versions.log.last_number(), 1) - 1;
  fleet_.waits_.Changed(ns, id_, std::nullopt, DtabVersion{});
  fleet_.Changed();
}

void Fleet::Handle::Synced(const std::string& ns, DtabVersion version) {
  if (FleetMember::Namespace* state = following(ns)) {
    state->synced = version;
    fleet_.Changed();
  }
}

void Fleet::Handle::Applied(const std::string& ns, DtabVersion version) {
  FleetMember::Namespace* state = following(ns);
  if (state == nullptr || state->applied == version) return;
  const DtabVersion before = std::exchange(state->applied, version);
  const VersionLog& log = fleet_.versions_[ns].log;
  const std::optional<uint64_t> number = log.NumberOf(version);
  state->took.reset();
  if (number) {
    state->number = *number;
    const Nanos since = std::max(log.TimeOf(*number), state->since);
    state->took = std::chrono::duration_cast<Millis>(fleet_.loop_.Now() - since);
  }
  fleet_.waits_.Changed(ns, id_, before, version);
  fleet_.Changed();
}

void Fleet::Handle::Rejected(std::string error) {
  if (FleetMember* proxy = member()) {
    proxy->last_error = std::move(error);
    fleet_.Changed();
  }
}

void Fleet::Handle::Left(const std::string& ns) {
  const FleetMember::Namespace* state = following(ns);
  if (state == nullptr) return;
  const DtabVersion before = state->applied;
  member()->namespaces.erase(ns);
  fleet_.Unfollow(ns);
  fleet_.waits_.Changed(ns, id_, before, std::nullopt);
  fleet_.Changed();
}

Fleet::Fleet(Loop& loop)
    : loop_(loop),
      waits_(loop, [this](const std::string& ns, DtabVersion version) { return ProgressOf(ns, version); }),
      tell_(loop, [this] { TellChange(); }) {}

std::unique_ptr<Fleet::Handle> Fleet::Join(ProxyInfo info) {
  const std::string id = info.id;
  const uint64_t stream = next_stream_++;
  gone_.remove(id);
  Entry& entry = entries_[id];
  entry.stream = stream;
  const FleetMember before = std::exchange(
      entry.member,
      FleetMember{.info = std::move(info), .since_ms = NowMs(), .namespaces = {}, .last_error = ""});
  for (const auto& [ns, state] : before.namespaces) {
    Unfollow(ns);
    if (before.connected) waits_.Changed(ns, id, state.applied, std::nullopt, true);
  }
  ForgetOld();
  Changed();
  return std::unique_ptr<Handle>(new Handle(*this, id, stream));
}

void Fleet::Gone(const std::string& id, uint64_t stream) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.stream != stream) return;
  FleetMember& member = found->second.member;
  member.connected = false;
  member.since_ms = NowMs();
  member.ended = loop_.Now();
  for (const auto& [ns, state] : member.namespaces) {
    waits_.Changed(ns, id, state.applied, std::nullopt, true);
  }
  while (member.namespaces.size() > kMaxGoneNamespaces) {
    const auto last = std::prev(member.namespaces.end());
    Unfollow(last->first);
    member.namespaces.erase(last);
  }
  gone_.push_back(id);
  ForgetOld();
  Changed();
}

void Fleet::Unfollow(const std::string& ns) {
  const auto found = versions_.find(ns);
  if (--found->second.members == 0) versions_.erase(found);
}

void Fleet::ForgetOld() {
  const int64_t oldest = NowMs() - kRememberGone.count();
  while (!gone_.empty()) {
    const auto found = entries_.find(gone_.front());
    const FleetMember& member = found->second.member;
    if (gone_.size() <= kMaxGone && member.since_ms >= oldest) return;
    for (const auto& [ns, state] : member.namespaces) Unfollow(ns);
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
    if (Reached(found->second.applied, version)) {
      ++progress.applied;
      progress.took = std::max(progress.took, found->second.took.value_or(Millis(0)));
    } else {
      progress.behind.push_back(id);
    }
  }
  return progress;
}

Subscription Fleet::Await(const std::string& ns, DtabVersion version, Millis limit,
                          std::function<void(const Convergence&)> done) {
  return waits_.Add(ns, version, limit, std::move(done));
}

void Fleet::OnVersion(const std::string& ns, DtabVersion version) {
  const auto found = versions_.find(ns);
  if (found == versions_.end()) return;
  if (found->second.log.Add(version, loop_.Now())) Changed();
}

DtabVersion Fleet::LatestOf(const std::string& ns) const {
  const auto found = versions_.find(ns);
  return found == versions_.end() ? DtabVersion{} : found->second.log.latest();
}

FleetMember::Lag Fleet::LagOf(const FleetMember& member, const std::string& ns) const {
  const auto state = member.namespaces.find(ns);
  const auto versions = versions_.find(ns);
  if (state == member.namespaces.end() || versions == versions_.end()) return {};
  const VersionLog& log = versions->second.log;
  const uint64_t number = state->second.number;
  if (number >= log.last_number()) return {};
  const Nanos since = std::max(log.TimeOf(number + 1), state->second.since);
  const Nanos until = member.connected ? loop_.Now() : std::max(member.ended, since);
  return {log.last_number() - number, std::chrono::duration_cast<Millis>(until - since)};
}

bool Fleet::AnyLags() const {
  return std::any_of(entries_.begin(), entries_.end(), [this](const auto& entry) {
    const FleetMember& member = entry.second.member;
    return member.connected &&
           std::any_of(member.namespaces.begin(), member.namespaces.end(),
                       [&](const auto& state) { return LagOf(member, state.first).versions > 0; });
  });
}

void Fleet::Changed() {
  if (tell_pending_) return;
  tell_pending_ = true;
  tell_.Start(told_ + kTellEvery - loop_.Now());
}

void Fleet::TellChange() {
  tell_pending_ = false;
  told_ = loop_.Now();
  changes_->Set(changes_->Get() + 1);
  // A lag grows although nothing happens.
  if (!tell_pending_ && AnyLags()) tell_.Start(kLagEvery);
}

}  // namespace heddle::namerd
