// A logical name (with the overrides of a request) as one worker knows it: where it leads, who waits for
// that.
#ifndef HEDDLE_PROXY_ROUTE_ROUTE_H_
#define HEDDLE_PROXY_ROUTE_ROUTE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/dtab/dtab.h"
#include "proxy/balance/client.h"
#include "proxy/classify/request_stats.h"
#include "proxy/route/bound_route.h"
#include "proxy/route/client_cache.h"
#include "proxy/route/service.h"
#include "proxy/traffic/traffic_ledger.h"

namespace heddle {

// Told when a name it waits for may have become known. Called from the loop; it asks again, and may wait
// again.
class RouteWaiter {
 public:
  virtual ~RouteWaiter() = default;
  virtual void OnRouteChanged() = 0;
};

// A client as a name leads to it.
struct RouteTarget {
  RouteTarget(Client* c, std::string fields, Scope scope);
  // client/<id>/service/<name>, from the first request on: most of what a large union could cost.
  RequestStats& Stats() {
    if (!stats_.has_value()) [[unlikely]]
      MakeStats();
    return *stats_;
  }
  // Its counts are reported as those of `service`. Both outlive it.
  void ReportTo(TrafficLedger& ledger, const std::string& service) {
    ledger_ = &ledger;
    service_ = &service;
  }

  Client* client;           // nullptr: nowhere
  int status = 0;           // not 0: the proxy answers with it
  std::string head_fields;  // the header lines l5d-dst-client, l5d-dst-residual
  bool has_residual = false;

 private:
  void MakeStats();

  Scope scope_;
  TrafficLedger* ledger_ = nullptr;  // null: they are not reported
  const std::string* service_ = nullptr;
  std::optional<RequestStats> stats_;
  std::optional<TrafficLedger::Entry> entry_;
};

// The targets of one snapshot: kept, with the clients that they hold, while a request is on its way to one,
// also when the route has moved on.
struct RouteTargets {
  // Holds in `clients` what its targets name: those are let go with it.
  explicit RouteTargets(ClientCache& cache) : clients(cache) {}
  ~RouteTargets();
  RouteTargets(const RouteTargets&) = delete;
  RouteTargets& operator=(const RouteTargets&) = delete;

  // Some client that had endpoints has none now, or the reverse: shares are to be computed again.
  // `presence` is ClientCache::presence.
  void Spread(uint64_t presence);
  // The target that a pin leads to. REQUIRES: the shares are as they are now.
  size_t Pinned(uint64_t pin);

  ClientCache& clients;
  std::shared_ptr<const BoundRoute> snapshot;
  std::vector<std::unique_ptr<RouteTarget>> targets;
  std::vector<double> shares;  // as of spread_at; not used while there is one target
  uint64_t spread_at = ~uint64_t{0};
  std::vector<uint64_t> names;  // of the targets, for what is pinned; made for the first
  size_t requests = 0;
  bool current = true;
  Nanos last_used{0};  // once it is not current any more
};

// Loop thread only. Made and owned by a RouteTable.
class Route {
 public:
  // kStatus: the proxy answers, with choice.target->status.
  enum class Outcome { kReady, kStatus, kPending, kNowhere };
  // For kReady: hold it with Hold() before going back to the loop.
  struct Choice {
    RouteTargets* targets = nullptr;
    RouteTarget* target = nullptr;
    EndpointPool* pool = nullptr;
  };

  // Chooses a target by its share, and an endpoint of it. Targets without endpoints get nothing as long as
  // another has some. What is pinned gets the same target as long as the shares are the same, in every worker
  // and proxy (rendezvous.h).
  Outcome Choose(Nanos now, Random& random, const std::optional<uint64_t>& pin, Choice* choice);
  // Another endpoint of the same target; nullptr if there is none.
  static EndpointPool* ChooseAgain(const RouteTarget& target, Nanos now) { return target.client->Pick(now); }

  // A request is on its way to `choice`; to be ended by Release with the same.
  void Hold(const Choice& choice) {
    ++in_use_;
    ++choice.targets->requests;
  }
  void Release(const Choice& choice);

  // Why Choose says kNowhere, or has said kPending for so long. NotFound: the name leads nowhere, or to a
  // client without endpoints; FailedPrecondition: it could not be looked up; DeadlineExceeded: it is not
  // known yet.
  absl::Status Explain() const;

  const std::string& name() const { return name_; }
  // The header lines l5d-ctx-dtab and l5d-dst-service.
  const std::string& head_fields() const { return service_fields_; }
  // Some target has one, as the name leads now.
  bool HasEndpoints() const;
  bool bound() const { return targets_ != nullptr && !targets_->targets.empty(); }
  bool in_use() const { return in_use_ > 0 || !waiters_.empty(); }
  // nullptr until the name has led somewhere.
  Service* service() { return service_.get(); }

 private:
  friend class RouteTable;
  using List = std::list<Route*>;
  // To the front of its list: the one used last. Done for a request at most once a second (a list of routes
  // is in the order of use to a second), so that a warm route costs one comparison.
  void Touch(Nanos now) {
    touched_ = now;
    list_->splice(list_->begin(), *list_, place_);
  }
  RouteTarget* DrawTarget(Random& random, const std::optional<uint64_t>& pin);
  Outcome WithoutEndpoint() const;

  uint64_t id_ = 0;
  std::string key_;
  Path path_;
  Dtab rules_;               // the overrides
  bool subscribed_ = false;  // the control loop has been asked
  List* list_ = nullptr;     // of the table
  List::iterator place_;
  Nanos touched_{0};
  const uint64_t* presence_ = nullptr;
  std::string name_;
  std::string local_;           // the overrides, as shown; "" if none
  std::string service_fields_;  // l5d-ctx-dtab and l5d-dst-service
  Nanos last_used_{0};
  size_t in_use_ = 0;
  std::unique_ptr<RouteTargets> targets_;  // null until something is known
  std::vector<std::unique_ptr<RouteTargets>> retired_;
  std::list<RouteWaiter*> waiters_;  // in the order of coming
  std::unique_ptr<Service> service_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_ROUTE_H_
