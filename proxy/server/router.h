// A router: the servers of one entry of `routers`, and everything between a request and its endpoint, once a
// worker.
//
//   MetricsTree metrics;  Loop control;  WorkerPool workers(n);
//   Router router(config, interpreter, control, workers.loops(), metrics.root().Child("rt"));
//   RETURN_IF_ERROR(router.Start());       // bound; an error names the address
//   workers.Start();                       // serving
//   control.Run();
//   router.Drain(limit, [&] { control.Stop(); });
//   workers.Stop();                        // then ~Router, ~WorkerPool, ~MetricsTree
#ifndef HEDDLE_PROXY_SERVER_ROUTER_H_
#define HEDDLE_PROXY_SERVER_ROUTER_H_

#include <functional>
#include <memory>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/naming/interpreter.h"
#include "lib/stats/metrics_tree.h"
#include "proxy/route/binder.h"
#include "proxy/server/router_config.h"

namespace heddle {

class AccessLog;
class TrafficLedger;

// Control thread only. All arguments outlive the router.
class Router {
 public:
  // `workers` may hold `control` itself, for a process of one thread (tests). `access_log` gets a line for
  // each request that was answered, `traffic` what is counted of each service and client; null: nobody does.
  Router(RouterConfig config, Interpreter& interpreter, Loop& control, std::vector<Loop*> workers,
         const Scope& rt, AccessLog* access_log = nullptr, TrafficLedger* traffic = nullptr);
  // REQUIRES: the workers' loops do not run.
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  const RouterConfig& config() const;

  // Binds every server in every worker. REQUIRES: the workers' loops do not run yet. Errors as
  // Listener::Listen.
  absl::Status Start();
  // Of each server, in the order of the config, with the ports that were taken. After Start.
  const std::vector<SocketAddress>& addresses() const;

  // For the pages that show what names lead to.
  const Binder& binder() const;

  // Accepts no more, answers what is under way with "Connection: close", and calls `done` (on the control
  // loop) when no connection is left or `limit` has passed; what is left then is closed by the destructor.
  // Once.
  void Drain(Millis limit, std::function<void()> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_ROUTER_H_
