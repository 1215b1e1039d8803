// The control loop's half of routing: asks the interpreter for what the workers ask for, once for all of
// them, and hands each worker immutable snapshots of what changes.
#ifndef HEDDLE_PROXY_ROUTE_BINDER_H_
#define HEDDLE_PROXY_ROUTE_BINDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/dtab/dtab.h"
#include "lib/event/loop.h"
#include "lib/naming/interpreter.h"
#include "proxy/route/bound_route.h"

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
  };

  // Control thread. All outlive the binder. `base` precedes the overrides of each request.
  Binder(Interpreter& interpreter, Loop& control, Dtab base);
  ~Binder();  // control thread. REQUIRES: the workers' loops do not run
  Binder(const Binder&) = delete;
  Binder& operator=(const Binder&) = delete;

  // The number of a worker. Before the workers run. `loop` and `sink` outlive the binder's last call.
  size_t AddWorker(Loop& loop, Sink& sink);

  // From worker number `worker`, on its thread. `id` is the worker's own, used once. The answer comes as
  // OnRoute, as soon as there is one and then at each change.
  void Subscribe(size_t worker, uint64_t id, Path name, Dtab local);
  void Unsubscribe(size_t worker, uint64_t id);

 private:
  struct Core;
  Loop& control_;
  std::shared_ptr<Core> core_;  // touched on the control thread only
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_BINDER_H_
