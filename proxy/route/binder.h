// The control loop's half of routing: asks the interpreter for what the workers ask for, once for all of
// them, and hands each worker immutable snapshots of what changes.
#ifndef HEDDLE_PROXY_ROUTE_BINDER_H_
#define HEDDLE_PROXY_ROUTE_BINDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "lib/dtab/dtab.h"
#include "lib/event/loop.h"
#include "lib/naming/interpreter.h"
#include "lib/stats/metrics_tree.h"
#include "proxy/route/bound_route.h"
#include "proxy/route/route_config.h"

namespace heddle {

class Binder {
 public:
  using ClientAddrs = std::vector<std::pair<std::string, Addr>>;

  // A worker's end. Called on the worker's loop, in the order things changed.
  class Sink {
   public:
    virtual ~Sink() = default;
    // Where a subscription leads now. `addrs`: what is known of its targets' endpoints.
    virtual void OnRoute(uint64_t id, std::shared_ptr<const BoundRoute> route, const ClientAddrs& addrs) = 0;
    // A client's endpoints have changed: any client of any worker. An error or a pending state that follows
    // something known is kept back.
    virtual void OnAddr(const std::string& client, const Addr& addr) = 0;
    // The control loop has taken up one more of the worker's subscriptions, and has told what it knows of it.
    // Once for each.
    virtual void OnTaken() = 0;
  };

  // Control thread. All outlive the binder. config.dtab precedes the overrides of each request. `router`:
  // rt/<label>; counts in bindcache/tree (bindings) and bindcache/bound (endpoint sets).
  Binder(Interpreter& interpreter, Loop& control, const RouteConfig& config, const Scope& router);
  ~Binder();  // control thread. REQUIRES: the workers' loops do not run
  Binder(const Binder&) = delete;
  Binder& operator=(const Binder&) = delete;

  // The number of a worker. Before the workers run. `loop` and `sink` outlive the binder's last call.
  size_t AddWorker(Loop& loop, Sink& sink);

  // From worker number `worker`, on its thread. `id` is the worker's own, used once. The answer comes as
  // OnRoute, as soon as there is one and then at each change.
  void Subscribe(size_t worker, uint64_t id, Path name, Dtab local);
  // kKeep: the name may be back soon; what it leads to is kept if there is room.
  enum class Farewell { kKeep, kForget };
  void Unsubscribe(size_t worker, uint64_t id, Farewell farewell);

  // From worker number `worker`, on its thread: why `name` leads where it leads, with Linkerd's words
  // (Interpreter::Explain). `done` is called once, on the worker's loop, within seconds. ResourceExhausted if
  // too many explanations are under way.
  using OnExplained = std::function<void(absl::StatusOr<std::string>)>;
  void Explain(size_t worker, Path name, Dtab local, OnExplained done);

  // For the pages that show state. Control thread.
  struct NameState {
    const std::string& name;
    const std::string& local;    // the overrides, as shown
    const BoundRoute* route;     // null while nothing is known
    const absl::Status& error;   // of the last answer; route is then the last known good
    std::vector<double> shares;  // of the route's targets, now
    size_t workers;              // that hold it
    Nanos age;                   // since its route has changed, or no worker holds it
  };
  struct ClientState {
    const std::string& id;
    const Addr& addr;
    size_t names;  // that lead to it
  };
  void VisitNames(absl::FunctionRef<void(const NameState&)> visit) const;
  void VisitClients(absl::FunctionRef<void(const ClientState&)> visit) const;

 private:
  struct Core;
  Loop& control_;
  std::shared_ptr<Core> core_;  // touched on the control thread only
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_BINDER_H_
