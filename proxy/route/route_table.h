// A worker's cache of routes: a hash of the identifying bytes leads to where the request goes. Bounded; what
// is in use is never evicted; names that lead nowhere, or that come with rules of their own, cannot displace
// the others.
//
//          Add            a request waits          the control loop has it          its answer
//   new ─────────► idle ─────────────────► unsent ─────────────────────────► asked ────────────► bound
//                    ▲         (first come, first served)                      │            ├──► unknown
//                    │                                                         │            └──► overridden
//                    └──────────────── nobody waits any more ──────────────────┘
#ifndef HEDDLE_PROXY_ROUTE_ROUTE_TABLE_H_
#define HEDDLE_PROXY_ROUTE_ROUTE_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "proxy/route/binder.h"
#include "proxy/route/cache_stats.h"
#include "proxy/route/client_cache.h"
#include "proxy/route/route.h"
#include "proxy/route/route_config.h"

namespace heddle {

// Loop thread only, but for construction (before the loop runs) and destruction (after). Outlived by all it
// is given.
class RouteTable : public Binder::Sink {
 public:
  // `scope`: rt/<router>. `traffic`: where targets report what they count; null: nowhere.
  RouteTable(Loop& loop, Binder& binder, const RouteConfig& config, const ByPrefix<ClientConfig>& clients,
             const ByPrefix<ServiceConfig>& services, const Scope& scope, uint64_t seed,
             TrafficLedger* traffic = nullptr);
  ~RouteTable() override;  // REQUIRES: no request is under way
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // nullptr if `key` is new.
  Route* Find(absl::string_view key) {
    const auto found = routes_.find(key);
    return found == routes_.end() ? nullptr : found->second.get();
  }

  // A route for a new key; pending, and looked up once somebody waits for it. ResourceExhausted if too many
  // names are waited for.
  absl::StatusOr<Route*> Add(absl::string_view key, const Path& name, const Dtab& local);

  // Waits for `route` to change. ResourceExhausted if too many wait. The waiter is told once, and not after
  // StopWaiting.
  absl::Status Wait(Route& route, RouteWaiter& waiter);
  void StopWaiting(Route& route, RouteWaiter& waiter);

  // Why `route` leads where it leads: Binder::Explain.
  void Explain(const Route& route, Binder::OnExplained done) {
    binder_.Explain(worker_, route.path_, route.rules_, std::move(done));
  }

  // Every second or so: forgets routes not used for long, closes idle connections.
  void Sweep(Nanos now);

  size_t size() const { return routes_.size(); }

 private:
  void OnRoute(uint64_t id, std::shared_ptr<const BoundRoute> snapshot,
               const Binder::ClientAddrs& addrs) override;
  void OnAddr(const std::string& client, const Addr& addr) override;
  void OnTaken() override;

  std::unique_ptr<RouteTargets> MakeTargets(Route& route, std::shared_ptr<const BoundRoute> snapshot);
  // Tells the control loop of the route, or lets it queue for that.
  void Ask(Route& route);
  // To the front of `list`, or to the end.
  void Place(Route& route, Route::List& list, bool front = true);
  size_t LimitOf(const Route::List& list) const;
  // Evicts those longest unused until the list is within its limit; those in use, or used since they were
  // looked at last, are passed over, at most `passes` of them. False if it is still too long.
  bool Trim(Route::List& list, size_t limit, size_t passes);
  void Expire(Route::List& list, Nanos now, Millis ttl);
  void Erase(Route& route, Binder::Farewell farewell);
  void Wake(Route& route);
  void CountRoutes();

  Loop& loop_;
  Binder& binder_;
  const RouteConfig& config_;
  const ByPrefix<ServiceConfig>& services_;
  const Scope scope_;
  TrafficLedger* const traffic_;
  size_t worker_;
  uint64_t next_id_ = 1;
  size_t waiting_ = 0;
  size_t in_flight_ = 0;  // on their way to the control loop
  CacheStats stats_;
  Gauge& bound_size_;
  Gauge& unknown_size_;
  Gauge& overridden_size_;
  Gauge& pending_size_;
  ClientCache clients_;
  absl::flat_hash_map<absl::string_view, std::unique_ptr<Route>> routes_;  // by Route::key_
  absl::flat_hash_map<uint64_t, Route*> by_id_;
  absl::flat_hash_set<uint64_t> awaiting_endpoints_;  // known, and yet waited for
  // Every route is in one of these; the one used last first, but for unsent_, a queue.
  Route::List idle_;     // not known, and nobody waits for it
  Route::List unsent_;   // waited for, the control loop has enough on its hands
  Route::List asked_;    // waited for
  Route::List unknown_;  // known to lead nowhere, or in error from the start
  Route::List bound_;
  Route::List overridden_;  // known, of names with a request's own rules
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_ROUTE_TABLE_H_
