#include "proxy/route/client_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace heddle {
namespace {

// A bound name is a path, but for what somebody else's namer may have made up.
ClientConfig ConfigOf(const ByPrefix<ClientConfig>& configs, const std::string& id) {
  return configs.For(Path::Parse(id).value_or(Path()));
}

// How many that still have requests under way are passed over at once in search of one to evict.
constexpr int kMaxPassedOver = 16;

}  // namespace

ClientCache::ClientCache(Loop& loop, const ByPrefix<ClientConfig>& clients, const RouteConfig& config,
                         const Scope& router, uint64_t seed)
    : loop_(loop),
      configs_(clients),
      config_(config),
      scope_(router.Child("client")),
      random_(seed),
      stats_(router.Child("bindcache").Child("client")) {}

ClientCache::~ClientCache() = default;

Client* ClientCache::Hold(const std::string& id) {
  std::unique_ptr<Entry>& entry = entries_[id];
  if (entry == nullptr) {
    stats_.misses.Increment();
    entry = std::make_unique<Entry>();
    const absl::string_view segment = absl::string_view(id).substr(1);  // a path, without its first slash
    entry->client =
        std::make_unique<Client>(loop_, ConfigOf(configs_, id), scope_.Child(segment), id, random_.Next());
    entry->holds = 1;
    Client* client = entry->client.get();
    if (entries_.size() > config_.max_clients && unheld_.empty()) stats_.oneshots.Increment();
    Trim();
    return client;
  }
  if (entry->holds++ == 0) {
    unheld_.erase(entry->place);
    // Nobody has told of changes meanwhile.
    if (entry->client->size() > 0) ++presence_;
    entry->client->Doubt();
  }
  return entry->client.get();
}

void ClientCache::Release(Client& client, Nanos last_used) {
  Entry& entry = *entries_.find(client.id())->second;
  entry.last_used = std::max(entry.last_used, last_used);
  if (--entry.holds > 0) return;
  entry.place = unheld_.insert(unheld_.begin(), &entry);
  Trim();
}

bool ClientCache::Update(const std::string& id, const Addr& addr) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second->holds == 0) return false;
  Apply(*found->second->client, addr);
  return true;
}

void ClientCache::Learn(const std::string& id, const Addr& addr) {
  Client& client = *entries_.find(id)->second->client;
  if (client.state() == AddrState::kPending) Apply(client, addr);
}

void ClientCache::Apply(Client& client, const Addr& addr) {
  const bool was_present = client.size() > 0;
  client.Update(addr);
  if (was_present != (client.size() > 0)) ++presence_;
}

void ClientCache::Trim() {
  for (int passed = 0;
       entries_.size() > config_.max_clients && !unheld_.empty() && passed < kMaxPassedOver;) {
    Entry& oldest = *unheld_.back();
    if (oldest.client->outstanding() > 0) {
      unheld_.splice(unheld_.begin(), unheld_, oldest.place);
      ++passed;
      continue;
    }
    stats_.evicts.Increment();
    Erase(oldest);
  }
}

void ClientCache::Erase(Entry& entry) {
  unheld_.erase(entry.place);
  const std::string id = entry.client->id();
  entries_.erase(id);
}

void ClientCache::Sweep(Nanos now) {
  for (const auto& [id, entry] : entries_) entry->client->Sweep(now);
  for (auto it = unheld_.begin(); it != unheld_.end();) {
    Entry& entry = **it++;
    if (entry.last_used >= now - config_.idle_ttl || entry.client->outstanding() > 0) continue;
    stats_.expires.Increment();
    Erase(entry);
  }
  Trim();
}

}  // namespace heddle
