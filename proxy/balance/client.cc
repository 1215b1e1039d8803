#include "proxy/balance/client.h"

#include <utility>
#include <vector>

namespace heddle {

Client::Client(Loop& loop, const EndpointConfig& config, const Scope& scope, std::string id, uint64_t seed)
    : loop_(loop), config_(config), id_(std::move(id)), stats_(scope), p2c_(seed) {}

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
  if (addr.state == AddrState::kBound) {
    for (const Endpoint& endpoint : *addr.endpoints) {
      std::unique_ptr<EndpointPool>& pool = endpoints_[endpoint.address];
      if (const auto kept = before.find(endpoint.address); kept != before.end()) {
        pool = std::move(kept->second);
        pool->set_weight(endpoint.weight);
        before.erase(kept);
      } else if (pool == nullptr) {
        pool = std::make_unique<EndpointPool>(loop_, config_, stats_, endpoint.address, endpoint.weight);
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
  for (const auto& [address, pool] : endpoints_) sum += pool->outstanding();
  for (const auto& [address, pool] : retired_) sum += pool->outstanding();
  return sum;
}

void Client::CloseIdle(Nanos now) {
  size_t available = 0;
  for (const auto& [address, pool] : endpoints_) {
    pool->CloseIdle(now);
    if (pool->available(now)) ++available;
  }
  stats_.available.Set(static_cast<double>(available));
}

}  // namespace heddle
