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
      balancer_(config_.balancer, stats_, random_.Next()) {
  requeue_budget_.ShowIn(&stats_.retries.budget);
  stats_.requests.set()
      .AddGauge({"loadbalancer", "algorithm", AlgorithmName(config_.balancer.kind)}, GaugeMerge::kMax)
      .Set(1);
}

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
  Pools before = std::move(endpoints_);
  endpoints_.clear();
  probation_.clear();
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
  Drop(std::move(before), /*may_keep=*/addr.state == AddrState::kBound);
}

// Discovery that loses an endpoint may be wrong, and the endpoint knows better.
// Source: com.twitter.finagle.loadbalancer.LoadBalancerFactory.EnableProbation.
void Client::Drop(Pools dropped, bool may_keep) {
  const Nanos now = loop_.Now();
  if (may_keep && config_.balancer.enable_probation) {
    for (auto& [address, pool] : dropped) {
      if (!pool->available(now)) continue;
      probation_.insert(address);
      endpoints_[address] = std::move(pool);
    }
  }
  Rebuild();
  for (auto& [address, pool] : dropped) {
    if (pool != nullptr) Retire(std::move(pool));
  }
}

void Client::EndProbation(Nanos now) {
  Pools over;
  for (auto it = probation_.begin(); it != probation_.end();) {
    const auto pool = endpoints_.find(*it);
    if (pool->second->available(now)) {
      ++it;
      continue;
    }
    over.insert(endpoints_.extract(pool));
    it = probation_.erase(it);
  }
  if (!over.empty()) Drop(std::move(over), /*may_keep=*/false);
}

void Client::Doubt() {
  state_ = AddrState::kPending;
  error_ = absl::OkStatus();
  balancer_.Set({});
}

void Client::Rebuild() {
  std::vector<EndpointPool*> pools;
  pools.reserve(endpoints_.size());
  for (const auto& [address, pool] : endpoints_) pools.push_back(pool.get());
  stats_.size.Set(static_cast<double>(pools.size()));
  stats_.rebuilds.Increment();
  balancer_.Set(std::move(pools));
  stats_.available.Set(static_cast<double>(balancer_.CountAvailable(loop_.Now())));
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
  size_t pending = 0;
  for (const auto& [address, pool] : endpoints_) {
    pool->Sweep(now);
    pending += pool->pending();
  }
  for (const auto& [raw, pool] : retired_) pool->Sweep(now);
  if (!probation_.empty()) EndProbation(now);
  const size_t available = balancer_.CountAvailable(now);
  stats_.available.Set(static_cast<double>(available));
  stats_.busy.Set(static_cast<double>(balancer_.size() - available));
  stats_.load.Set(static_cast<double>(pending));
}

}  // namespace heddle
