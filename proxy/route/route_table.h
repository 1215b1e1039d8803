// A worker's cache of routes: a hash of the identifying bytes leads to where the request goes. Bounded; what
// is in use is never evicted; names that lead nowhere cannot displace those that do.
#ifndef HEDDLE_PROXY_ROUTE_ROUTE_TABLE_H_
#define HEDDLE_PROXY_ROUTE_ROUTE_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "proxy/route/binder.h"
#include "proxy/route/route.h"
#include "proxy/route/route_config.h"

namespace heddle {

// Loop thread only, but for construction (before the loop runs) and destruction (after). Outlived by all it
// is given.
class RouteTable : public Binder::Sink {
 public:
  // `scope`: rt/<router>.
  RouteTable(Loop& loop, Binder& binder, const RouteConfig& config, const EndpointConfig& endpoint,
             const Scope& scope, uint64_t seed);
  ~RouteTable() override;  // REQUIRES: no request is under way
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // nullptr if `key` is new.
  Route* Find(absl::string_view key) {
    const auto found = routes_.find(key);
    return found == routes_.end() ? nullptr : found->second.get();
  }

  // A route for a new key; pending until the control loop answers. ResourceExhausted if there are too many
  // that lead nowhere or are not known yet and all are in use.
  absl::StatusOr<Route*> Add(absl::string_view key, const Path& name, const Dtab& local);

  // Waits for `route` to change. ResourceExhausted if too many wait. The waiter is told once, and not after
  // StopWaiting.
  absl::Status Wait(Route& route, RouteWaiter& waiter);
  void StopWaiting(Route& route, RouteWaiter& waiter);

  // Every second or so: forgets routes not used for long, closes idle connections.
  void Sweep(Nanos now);

  size_t size() const { return routes_.size(); }

 private:
  void OnRoute(uint64_t id, std::shared_ptr<const BoundRoute> snapshot,
               const Binder::ClientAddrs& addrs) override;
  void OnAddr(const std::string& client, const Addr& addr) override;

  struct CountedClient {
    std::unique_ptr<Client> client;
    size_t targets = 0;
  };
  std::unique_ptr<RouteTargets> MakeTargets(Route& route, std::shared_ptr<const BoundRoute> snapshot);
  void DropTargets(const RouteTargets& targets);
  Client* HoldClient(const std::string& id);
  // Evicts the one longest unused of those that are (not) bound, if they are more than `limit`. False if all
  // of them are in use.
  bool MakeRoom(bool bound, size_t limit);
  void Erase(Route& route);
  void Wake(Route& route);

  Loop& loop_;
  Binder& binder_;
  const RouteConfig& config_;
  const EndpointConfig& endpoint_config_;
  const Scope scope_;
  Random random_;
  size_t worker_;
  uint64_t next_id_ = 1;
  size_t waiting_ = 0;
  MetricSet metrics_;
  Counter& misses_;
  Counter& evicts_;
  Counter& expires_;
  absl::flat_hash_map<std::string, std::unique_ptr<Route>> routes_;
  absl::flat_hash_map<uint64_t, std::string> keys_;  // of a route's id
  absl::flat_hash_map<std::string, CountedClient> clients_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_ROUTE_TABLE_H_
