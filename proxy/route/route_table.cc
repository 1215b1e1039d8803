#include "proxy/route/route_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

// A path as a segment of a metric's name: without its first slash.
absl::string_view Segment(absl::string_view path) { return path.substr(path.empty() ? 0 : 1); }

}  // namespace

RouteTable::RouteTable(Loop& loop, Binder& binder, const RouteConfig& config, const EndpointConfig& endpoint,
                       const Scope& scope, uint64_t seed)
    : loop_(loop),
      binder_(binder),
      config_(config),
      endpoint_config_(endpoint),
      scope_(scope),
      random_(seed),
      worker_(binder.AddWorker(loop, *this)),
      metrics_(scope.Child("bindcache").Child("path")),
      misses_(metrics_.AddCounter({"misses"})),
      evicts_(metrics_.AddCounter({"evicts"})),
      expires_(metrics_.AddCounter({"expires"})) {}

RouteTable::~RouteTable() = default;

absl::StatusOr<Route*> RouteTable::Add(absl::string_view key, const Path& name, const Dtab& local) {
  misses_.Increment();
  if (!MakeRoom(/*bound=*/false, config_.max_unbound)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many names are being looked up at once (", config_.max_unbound, "); try again"));
  }
  auto route = std::make_unique<Route>();
  Route* raw = route.get();
  raw->id_ = next_id_++;
  raw->name_ = name.Show();
  raw->local_ = local.Show();
  raw->last_used_ = loop_.Now();
  if (!local.empty()) absl::StrAppend(&raw->service_fields_, "l5d-ctx-dtab: ", raw->local_, "\r\n");
  absl::StrAppend(&raw->service_fields_, "l5d-dst-service: ", raw->name_, "\r\n");
  keys_.emplace(raw->id_, key);
  routes_.emplace(key, std::move(route));
  binder_.Subscribe(worker_, raw->id_, name, local);
  return raw;
}

bool RouteTable::MakeRoom(bool bound, size_t limit) {
  size_t count = 0;
  Route* oldest = nullptr;
  for (const auto& [key, route] : routes_) {
    if (route->bound() != bound) continue;
    ++count;
    if (route->in_use()) continue;
    if (oldest == nullptr || route->last_used_ < oldest->last_used_) oldest = route.get();
  }
  if (count < limit) return true;
  if (oldest == nullptr) return false;
  evicts_.Increment();
  Erase(*oldest);
  return true;
}

void RouteTable::Erase(Route& route) {
  binder_.Unsubscribe(worker_, route.id_);
  if (route.targets_ != nullptr) DropTargets(*route.targets_);
  const auto key = keys_.find(route.id_);
  const std::string name = std::move(key->second);
  keys_.erase(key);
  routes_.erase(name);
}

absl::Status RouteTable::Wait(Route& route, RouteWaiter& waiter) {
  if (waiting_ >= config_.max_waiting) {
    return absl::ResourceExhaustedError(absl::StrCat("too many requests wait for names to be looked up (",
                                                     config_.max_waiting, "); try again"));
  }
  ++waiting_;
  route.waiters_.push_back(&waiter);
  return absl::OkStatus();
}

void RouteTable::StopWaiting(Route& route, RouteWaiter& waiter) {
  const auto found = std::find(route.waiters_.begin(), route.waiters_.end(), &waiter);
  if (found == route.waiters_.end()) return;
  route.waiters_.erase(found);
  --waiting_;
}

void RouteTable::Wake(Route& route) {
  // Those who wait again are told the next time. One that is called may stop others from waiting.
  ++route.in_use_;
  for (size_t left = route.waiters_.size(); left > 0 && !route.waiters_.empty(); --left) {
    RouteWaiter* waiter = route.waiters_.front();
    route.waiters_.erase(route.waiters_.begin());
    --waiting_;
    waiter->OnRouteChanged();
  }
  --route.in_use_;
}

void RouteTable::OnRoute(uint64_t id, std::shared_ptr<const BoundRoute> snapshot,
                         const Binder::ClientAddrs& addrs) {
  const auto key = keys_.find(id);
  if (key == keys_.end()) return;  // evicted meanwhile
  Route& route = *routes_.find(key->second)->second;
  std::unique_ptr<RouteTargets> targets = MakeTargets(route, std::move(snapshot));
  for (const auto& [client, addr] : addrs) {
    Client& known = *clients_.find(client)->second.client;
    if (known.state() == AddrState::kPending) known.Update(addr);
  }
  const bool was_bound = route.bound();
  std::swap(route.targets_, targets);
  if (targets != nullptr) {
    DropTargets(*targets);
    targets->current = false;
    if (targets->requests > 0) route.retired_.push_back(std::move(targets));
  }
  if (route.bound() && !route.stats_.has_value()) {
    route.stats_.emplace(scope_.Child("service").Child(Segment(route.name_)), RequestStats::Detail::kPlain);
  }
  Wake(route);
  if (!was_bound && route.bound()) {
    ++route.in_use_;  // not the one that has just come
    MakeRoom(/*bound=*/true, config_.max_routes + 1);
    --route.in_use_;
  }
}

std::unique_ptr<RouteTargets> RouteTable::MakeTargets(Route& route,
                                                      std::shared_ptr<const BoundRoute> snapshot) {
  auto targets = std::make_unique<RouteTargets>();
  double sum = 0;
  for (const BoundRoute::Target& target : snapshot->targets) {
    sum += target.weight;
    if (target.client.empty()) {
      targets->targets.push_back(std::make_unique<RouteTarget>(nullptr, sum, std::string(), nullptr));
      continue;
    }
    Client* client = HoldClient(target.client);
    std::string fields = absl::StrCat(route.service_fields_, "l5d-dst-client: ", target.client, "\r\n");
    if (!target.residual.empty()) absl::StrAppend(&fields, "l5d-dst-residual: ", target.residual, "\r\n");
    const Scope scope =
        scope_.Child("client").Child(Segment(target.client)).Child("service").Child(Segment(route.name_));
    targets->targets.push_back(std::make_unique<RouteTarget>(client, sum, std::move(fields), &scope));
    targets->targets.back()->has_residual = !target.residual.empty();
  }
  targets->snapshot = std::move(snapshot);
  return targets;
}

Client* RouteTable::HoldClient(const std::string& id) {
  CountedClient& counted = clients_[id];
  if (counted.client == nullptr) {
    counted.client = std::make_unique<Client>(loop_, endpoint_config_,
                                              scope_.Child("client").Child(Segment(id)), id, random_.Next());
  }
  ++counted.targets;
  return counted.client.get();
}

// Clients that no target leads to any more are swept when their last exchange is over.
void RouteTable::DropTargets(const RouteTargets& targets) {
  for (const auto& target : targets.targets) {
    if (target->client != nullptr) --clients_.find(target->client->id())->second.targets;
  }
}

void RouteTable::OnAddr(const std::string& client, const Addr& addr) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  found->second.client->Update(addr);
  if (waiting_ == 0) return;
  std::vector<uint64_t> waited_for;
  for (const auto& [key, route] : routes_) {
    if (!route->waiters_.empty()) waited_for.push_back(route->id_);
  }
  for (const uint64_t id : waited_for) {
    if (const auto key = keys_.find(id); key != keys_.end()) Wake(*routes_.find(key->second)->second);
  }
}

void RouteTable::Sweep(Nanos now) {
  std::vector<Route*> expired;
  for (const auto& [key, route] : routes_) {
    if (!route->in_use() && route->last_used_ < now - config_.idle_ttl) expired.push_back(route.get());
  }
  for (Route* route : expired) {
    expires_.Increment();
    Erase(*route);
  }
  for (auto it = clients_.begin(); it != clients_.end();) {
    it->second.client->CloseIdle(now);
    const bool unused = it->second.targets == 0 && it->second.client->outstanding() == 0;
    const auto current = it++;
    if (unused) clients_.erase(current);
  }
}

}  // namespace heddle
