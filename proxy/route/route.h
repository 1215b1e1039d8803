// A logical name (with the overrides of a request) as one worker knows it: where it leads, who waits for
// that.
#ifndef HEDDLE_PROXY_ROUTE_ROUTE_H_
#define HEDDLE_PROXY_ROUTE_ROUTE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "proxy/balance/client.h"
#include "proxy/classify/request_stats.h"
#include "proxy/route/bound_route.h"

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
  RouteTarget(Client* c, double cumulative, std::string fields, const Scope* scope);
  Client* client;  // nullptr: nowhere
  double cumulative_weight;
  // The header lines that say where the request is sent: l5d-ctx-dtab, l5d-dst-service, l5d-dst-client,
  // l5d-dst-residual.
  std::string head_fields;
  bool has_residual = false;
  std::optional<RequestStats> stats;  // client/<id>/service/<name>
};

// The targets of one snapshot: kept while a request is on its way to one, also when the route has moved on.
struct RouteTargets {
  std::shared_ptr<const BoundRoute> snapshot;
  std::vector<std::unique_ptr<RouteTarget>> targets;
  size_t requests = 0;
  bool current = true;
};

// Loop thread only. Made and owned by a RouteTable.
class Route {
 public:
  enum class Outcome { kReady, kPending, kNowhere };
  // For kReady: hold it with Hold() before going back to the loop.
  struct Choice {
    RouteTargets* targets = nullptr;
    RouteTarget* target = nullptr;
    EndpointPool* pool = nullptr;
  };

  // Chooses a target by weight and an endpoint of it.
  Outcome Choose(Nanos now, Random& random, Choice* choice);
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
  bool bound() const { return targets_ != nullptr && !targets_->targets.empty(); }
  bool in_use() const { return in_use_ > 0 || !waiters_.empty(); }
  // Present once the name has led somewhere.
  RequestStats* stats() { return stats_.has_value() ? &*stats_ : nullptr; }

 private:
  friend class RouteTable;
  RouteTarget* Draw(Random& random) const;

  uint64_t id_ = 0;
  std::string name_;
  std::string local_;           // the overrides, as shown; "" if none
  std::string service_fields_;  // l5d-ctx-dtab and l5d-dst-service
  Nanos last_used_{0};
  size_t in_use_ = 0;
  std::unique_ptr<RouteTargets> targets_;  // null until something is known
  std::vector<std::unique_ptr<RouteTargets>> retired_;
  std::vector<RouteWaiter*> waiters_;
  std::optional<RequestStats> stats_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_ROUTE_H_
