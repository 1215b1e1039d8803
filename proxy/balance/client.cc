#include "proxy/balance/client.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace heddle {

Client::Client(Loop& loop, ClientConfig config, const Scope& scope, std::string id, uint64_t seed)
    : loop_(loop),
      config_(std::move(config)),
      id_(std::move(id)),
      random_(seed),
      stats_(scope),
      requeue_budget_(config_.requeue_budget, loop.Now()),
      p2c_(random_.Next()) {}

Client::~Client() = default;

void Client::Update(const Addr& addr) {
  switch (addr.state) {
    case AddrState::kPending:
      return;
    case AddrState::kFailed:
      if (state_ == AddrState::kBound) return;
      if (!endpoints_.empty()) {  // in doubt, and what was known last is all there is
        state_ = AddrState::kBound;
        Rebuild();
        return;
      }
      state_ = AddrState::kFailed;
      error_ = addr.error;
      return;
    case AddrState::kAbsent:
    case AddrState::kBound:
      break;
  }
  state_ = addr.state;
  error_ = absl::OkStatus();
  stats_.updates.Increment();
  std::map<SocketAddress, std::unique_ptr<EndpointPool>> before = std::move(endpoints_);
  endpoints_.clear();
  const auto authority = addr.meta.find("authority");
  authority_ = authority == addr.meta.end() ? "" : authority->second;
  if (addr.state == AddrState::kBound) {
    for (const Endpoint& endpoint : *addr.endpoints) {
      std::unique_ptr<EndpointPool>& pool = endpoints_[endpoint.address];
      if (const auto kept = before.find(endpoint.address); kept != before.end()) {
        pool = std::move(kept->second);
        pool->set_weight(endpoint.weight);
        before.erase(kept);
      } else if (pool == nullptr) {
        pool = std::make_unique<EndpointPool>(loop_, config_.endpoint, stats_, endpoint.address,
                                              endpoint.weight, random_.Next());
        stats_.adds.Increment();
      }
    }
  }
  Rebuild();
  for (auto& [address, pool] : before) Retire(std::move(pool));
}

void Client::Doubt() {
  state_ = AddrState::kPending;
  error_ = absl::OkStatus();
  p2c_.Set({});
}

void Client::Rebuild() {
  std::vector<EndpointPool*> pools;
  pools.reserve(endpoints_.size());
  for (const auto& [address, pool] : endpoints_) pools.push_back(pool.get());
  stats_.size.Set(static_cast<double>(pools.size()));
  stats_.available.Set(static_cast<double>(pools.size()));
  p2c_.Set(std::move(pools));
}

void Client::Retire(std::unique_ptr<EndpointPool> pool) {
  stats_.removes.Increment();
  EndpointPool* raw = pool.get();
  retired_[raw] = std::move(pool);
  raw->Retire([this, raw, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) retired_.erase(raw);
  });
}

size_t Client::outstanding() const {
  size_t sum = 0;
  for (const auto& [address, pool] : endpoints_) sum += std::max(pool->pending(), pool->outstanding());
  for (const auto& [address, pool] : retired_) sum += std::max(pool->pending(), pool->outstanding());
  return sum;
}

void Client::Sweep(Nanos now) {
  size_t available = 0;
  size_t pending = 0;
  for (const auto& [address, pool] : endpoints_) {
    pool->Sweep(now);
    if (pool->available(now)) ++available;
    pending += pool->pending();
  }
  for (const auto& [raw, pool] : retired_) pool->Sweep(now);
  stats_.available.Set(static_cast<double>(available));
  stats_.busy.Set(static_cast<double>(endpoints_.size() - available));
  stats_.load.Set(static_cast<double>(pending));
}

}  // namespace heddle
