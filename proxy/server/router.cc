#include "proxy/server/router.h"

#include <utility>

#include "lib/event/timer.h"
#include "proxy/server/admission.h"
#include "proxy/server/server_worker.h"

namespace heddle {

namespace {

// A budget of retries is a worker's: of those that are allowed in any case, each gets its share.
RouterConfig ShareBudgets(RouterConfig config, size_t workers) {
  const PathMatcher every = *PathMatcher::Parse("/");
  const double share = 1.0 / static_cast<double>(workers);
  config.clients.Add(every, [share](const PathVariables&, ClientConfig* client) {
    client->requeue_budget.min_retries_per_sec *= share;
  });
  config.services.Add(every, [share](const PathVariables&, ServiceConfig* service) {
    service->retry_budget.min_retries_per_sec *= share;
  });
  return config;
}

}  // namespace

struct Router::Impl {
  Impl(RouterConfig c, Interpreter& interpreter, Loop& control_loop, const Scope& rt)
      : config(std::move(c)),
        scope(rt.Child(config.label)),
        identifier(MakeIdentifier(config.identifiers, config.dst_prefix)),
        control(control_loop),
        binder(interpreter, control_loop, config.route, scope),
        drain_limit(control_loop, [this] { Drained(); }),
        metrics(scope) {
    for (const ServerConfig& server : config.servers) {
      const uint32_t limit = server.max_concurrent_requests;
      admissions.push_back(limit == 0 ? nullptr : std::make_unique<Admission>(limit));
    }
    if (config.originator) metrics.AddGauge({"originator"}, GaugeMerge::kMax).Set(1);
  }

  // On the control loop: the drain is over, or its time is.
  void Drained() {
    drain_limit.Cancel();
    if (on_drained) std::exchange(on_drained, nullptr)();
  }

  const RouterConfig config;
  const Scope scope;
  const std::unique_ptr<const Identifier> identifier;
  Loop& control;
  Binder binder;
  std::vector<std::unique_ptr<Admission>> admissions;  // of each server
  std::vector<Loop*> loops;
  std::vector<std::unique_ptr<ServerWorker>> workers;
  std::vector<SocketAddress> addresses;
  Timer drain_limit;
  MetricSet metrics;
  size_t draining_workers = 0;
  std::function<void()> on_drained;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

Router::Router(RouterConfig config, Interpreter& interpreter, Loop& control, std::vector<Loop*> workers,
               const Scope& rt, AccessLog* access_log, TrafficLedger* traffic)
    : impl_(
          std::make_unique<Impl>(ShareBudgets(std::move(config), workers.size()), interpreter, control, rt)) {
  for (Loop* loop : workers) {
    impl_->workers.push_back(std::make_unique<ServerWorker>(*loop, impl_->config, *impl_->identifier,
                                                            impl_->binder, impl_->admissions, access_log,
                                                            impl_->scope, traffic));
  }
  impl_->loops = std::move(workers);
}

Router::~Router() { *impl_->alive = false; }

const RouterConfig& Router::config() const { return impl_->config; }

absl::Status Router::Start() {
  for (size_t server = 0; server < impl_->config.servers.size(); ++server) {
    SocketAddress address = impl_->config.servers[server].address;
    for (const auto& worker : impl_->workers) {
      // Port 0: the first worker takes one, the others share it.
      absl::StatusOr<SocketAddress> bound = worker->Listen(server, address);
      if (!bound.ok()) return Annotate(bound.status(), "router " + impl_->config.label);
      address = *bound;
    }
    impl_->addresses.push_back(address);
  }
  return absl::OkStatus();
}

const Binder& Router::binder() const { return impl_->binder; }

const std::vector<SocketAddress>& Router::addresses() const { return impl_->addresses; }

void Router::Drain(Millis limit, std::function<void()> done) {
  Impl* impl = impl_.get();
  impl->on_drained = std::move(done);
  impl->drain_limit.Start(limit);
  impl->draining_workers = impl->workers.size();
  for (size_t i = 0; i < impl->workers.size(); ++i) {
    impl->loops[i]->Post(
        [impl, worker = impl->workers[i].get(), control = &impl->control, alive = impl->alive] {
          worker->Drain([impl, control, alive] {
            control->Post([impl, alive] {
              if (*alive && --impl->draining_workers == 0) impl->Drained();
            });
          });
        });
  }
}

}  // namespace heddle
