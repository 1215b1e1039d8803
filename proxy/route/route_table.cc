#include "proxy/route/route_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

// Names a worker has on their way to the control loop at once: those behind them wait here, where a
// requester that goes takes its name along, and the control loop's other work never waits for more.
constexpr size_t kMaxInFlight = 64;
// How many in use are passed over for one that comes.
constexpr size_t kPasses = 16;
// Names with a request's own rules that are kept: anyone may make up such names, each as large as a head.
constexpr size_t kMaxOverridden = 200;

// A path as a segment of a metric's name: without its first slash.
absl::string_view Segment(absl::string_view path) { return path.substr(path.empty() ? 0 : 1); }

}  // namespace

RouteTable::RouteTable(Loop& loop, Binder& binder, const RouteConfig& config,
                       const ByPrefix<ClientConfig>& clients, const ByPrefix<ServiceConfig>& services,
                       const Scope& scope, uint64_t seed, TrafficLedger* traffic)
    : loop_(loop),
      binder_(binder),
      config_(config),
      services_(services),
      scope_(scope),
      traffic_(traffic),
      worker_(binder.AddWorker(loop, *this)),
      stats_(scope.Child("bindcache").Child("path")),
      bound_size_(stats_.set.AddGauge({"bound"})),
      unknown_size_(stats_.set.AddGauge({"unknown"})),
      overridden_size_(stats_.set.AddGauge({"overridden"})),
      pending_size_(stats_.set.AddGauge({"pending"})),
      clients_(loop, clients, config, scope, seed) {}

RouteTable::~RouteTable() = default;

absl::StatusOr<Route*> RouteTable::Add(absl::string_view key, const Path& name, const Dtab& local) {
  stats_.misses.Increment();
  if (idle_.size() + unsent_.size() + asked_.size() >= config_.max_waiting) {
    if (idle_.empty()) {
      return absl::ResourceExhaustedError(
          absl::StrCat("too many names are being looked up at once (", config_.max_waiting, "); try again"));
    }
    stats_.evicts.Increment();
    Erase(*idle_.back(), Binder::Farewell::kForget);
  }
  auto made = std::make_unique<Route>();
  Route& route = *made;
  route.id_ = next_id_++;
  route.key_ = std::string(key);
  route.path_ = name;
  route.rules_ = local;
  route.name_ = name.Show();
  route.local_ = local.Show();
  route.last_used_ = loop_.Now();
  route.presence_ = &clients_.presence();
  if (!local.empty()) absl::StrAppend(&route.service_fields_, "l5d-ctx-dtab: ", route.local_, "\r\n");
  absl::StrAppend(&route.service_fields_, "l5d-dst-service: ", route.name_, "\r\n");
  by_id_.emplace(route.id_, &route);
  routes_.emplace(route.key_, std::move(made));
  Place(route, idle_);
  return &route;
}

void RouteTable::Place(Route& route, Route::List& list, bool front) {
  const auto where = front ? list.begin() : list.end();
  if (route.list_ == nullptr) {
    route.place_ = list.insert(where, &route);
  } else {
    list.splice(where, *route.list_, route.place_);
  }
  route.list_ = &list;
  route.touched_ = loop_.Now();
}

void RouteTable::Ask(Route& route) {
  if (!route.subscribed_ && in_flight_ >= kMaxInFlight) {
    Place(route, unsent_, /*front=*/false);
    return;
  }
  Place(route, asked_);
  if (std::exchange(route.subscribed_, true)) return;
  ++in_flight_;
  binder_.Subscribe(worker_, route.id_, route.path_, route.rules_);
}

void RouteTable::OnTaken() {
  --in_flight_;
  while (!unsent_.empty() && in_flight_ < kMaxInFlight) Ask(*unsent_.front());
}

size_t RouteTable::LimitOf(const Route::List& list) const {
  if (&list == &overridden_) return std::min(config_.max_routes, kMaxOverridden);
  return &list == &bound_ ? config_.max_routes : config_.max_unknowns;
}

bool RouteTable::Trim(Route::List& list, size_t limit, size_t passes) {
  while (list.size() > limit) {
    Route& oldest = *list.back();
    if (!oldest.in_use() && oldest.last_used_ <= oldest.touched_) {
      stats_.evicts.Increment();
      Erase(oldest, oldest.list_ == &bound_ ? Binder::Farewell::kKeep : Binder::Farewell::kForget);
      continue;
    }
    if (passes-- == 0) return false;
    oldest.Touch(loop_.Now());
  }
  return true;
}

void RouteTable::Expire(Route::List& list, Nanos now, Millis ttl) {
  while (!list.empty() && list.back()->touched_ < now - ttl) {
    Route& oldest = *list.back();
    if (oldest.in_use()) {
      oldest.Touch(now);
      continue;
    }
    if (oldest.last_used_ >= now - ttl) return;  // used once more within the second before it would go
    stats_.expires.Increment();
    Erase(oldest, Binder::Farewell::kForget);
  }
}

void RouteTable::Erase(Route& route, Binder::Farewell farewell) {
  if (route.subscribed_) binder_.Unsubscribe(worker_, route.id_, farewell);
  if (route.targets_ != nullptr) route.targets_->last_used = route.last_used_;
  route.list_->erase(route.place_);
  by_id_.erase(route.id_);
  const auto found = routes_.find(route.key_);
  const std::unique_ptr<Route> last = std::move(found->second);  // the map's key is its own
  routes_.erase(found);
}

absl::Status RouteTable::Wait(Route& route, RouteWaiter& waiter) {
  if (waiting_ >= config_.max_waiting) {
    return absl::ResourceExhaustedError(absl::StrCat("too many requests wait for names to be looked up (",
                                                     config_.max_waiting, "); try again"));
  }
  ++waiting_;
  route.waiters_.push_back(&waiter);
  if (route.targets_ != nullptr) awaiting_endpoints_.insert(route.id_);
  if (route.list_ == &idle_) Ask(route);
  return absl::OkStatus();
}

void RouteTable::StopWaiting(Route& route, RouteWaiter& waiter) {
  const auto found = std::find(route.waiters_.begin(), route.waiters_.end(), &waiter);
  if (found == route.waiters_.end()) return;
  route.waiters_.erase(found);
  --waiting_;
  if (!route.waiters_.empty()) return;
  awaiting_endpoints_.erase(route.id_);
  if (route.targets_ == nullptr) Place(route, idle_);
}

void RouteTable::Wake(Route& route) {
  awaiting_endpoints_.erase(route.id_);
  // Those who wait again are told the next time. One that is called may stop others from waiting.
  ++route.in_use_;
  for (size_t left = route.waiters_.size(); left > 0 && !route.waiters_.empty(); --left) {
    RouteWaiter* waiter = route.waiters_.front();
    route.waiters_.pop_front();
    --waiting_;
    waiter->OnRouteChanged();
  }
  --route.in_use_;
}

void RouteTable::OnRoute(uint64_t id, std::shared_ptr<const BoundRoute> snapshot,
                         const Binder::ClientAddrs& addrs) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;  // evicted meanwhile
  Route& route = *found->second;
  std::unique_ptr<RouteTargets> targets = MakeTargets(route, std::move(snapshot));
  for (const auto& [client, addr] : addrs) clients_.Learn(client, addr);
  std::swap(route.targets_, targets);
  if (targets != nullptr) {
    targets->last_used = route.last_used_;
    targets->current = false;
    if (targets->requests > 0) route.retired_.push_back(std::move(targets));
  }
  if (route.bound() && route.service_ == nullptr) {
    route.service_ = std::make_unique<Service>(services_.For(route.path_), loop_.Now(),
                                               scope_.Child("service").Child(Segment(route.name_)));
  }
  Route::List& list = !route.local_.empty() ? overridden_ : route.bound() ? bound_ : unknown_;
  const bool is_new = route.list_ != &list;
  if (is_new) Place(route, list);
  Wake(route);
  if (is_new && !Trim(list, LimitOf(list), kPasses)) stats_.oneshots.Increment();
  CountRoutes();
}

std::unique_ptr<RouteTargets> RouteTable::MakeTargets(Route& route,
                                                      std::shared_ptr<const BoundRoute> snapshot) {
  auto targets = std::make_unique<RouteTargets>(clients_);
  for (const BoundRoute::Target& target : snapshot->targets) {
    if (target.client.empty()) {
      targets->targets.push_back(std::make_unique<RouteTarget>(nullptr, std::string(), scope_));
      continue;
    }
    Client* client = clients_.Hold(target.client);
    std::string fields = absl::StrCat("l5d-dst-client: ", target.client, "\r\n");
    if (!target.residual.empty()) absl::StrAppend(&fields, "l5d-dst-residual: ", target.residual, "\r\n");
    const Scope scope =
        scope_.Child("client").Child(Segment(target.client)).Child("service").Child(Segment(route.name_));
    targets->targets.push_back(std::make_unique<RouteTarget>(client, std::move(fields), scope));
    targets->targets.back()->has_residual = !target.residual.empty();
    targets->targets.back()->status = target.status;
    if (traffic_ != nullptr) targets->targets.back()->ReportTo(*traffic_, route.name_);
  }
  targets->snapshot = std::move(snapshot);
  return targets;
}

void RouteTable::OnAddr(const std::string& client, const Addr& addr) {
  if (!clients_.Update(client, addr) || awaiting_endpoints_.empty()) return;
  const std::vector<uint64_t> awaiting(awaiting_endpoints_.begin(), awaiting_endpoints_.end());
  for (const uint64_t id : awaiting) {
    if (const auto route = by_id_.find(id); route != by_id_.end()) Wake(*route->second);
  }
}

void RouteTable::Sweep(Nanos now) {
  Expire(bound_, now, config_.idle_ttl);
  Expire(unknown_, now, config_.unknown_ttl);
  Expire(overridden_, now, config_.unknown_ttl);
  Expire(idle_, now, config_.unknown_ttl);
  for (Route::List* list : {&bound_, &unknown_, &overridden_}) Trim(*list, LimitOf(*list), list->size());
  clients_.Sweep(now);
  CountRoutes();
}

void RouteTable::CountRoutes() {
  bound_size_.Set(static_cast<double>(bound_.size()));
  unknown_size_.Set(static_cast<double>(unknown_.size()));
  overridden_size_.Set(static_cast<double>(overridden_.size()));
  pending_size_.Set(static_cast<double>(idle_.size() + unsent_.size() + asked_.size()));
}

}  // namespace heddle
