// A router in one worker: its listeners, connections, routes and counters. Workers share nothing but
// immutable values.
#ifndef HEDDLE_PROXY_SERVER_SERVER_WORKER_H_
#define HEDDLE_PROXY_SERVER_SERVER_WORKER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/event/timer.h"
#include "lib/net/lingering_closer.h"
#include "lib/net/listener.h"
#include "proxy/access_log/access_log.h"
#include "proxy/route/route_table.h"
#include "proxy/server/admission.h"
#include "proxy/server/exchange.h"
#include "proxy/server/router_config.h"
#include "proxy/server/server_connection.h"
#include "proxy/server/server_stats.h"

namespace heddle {

// Loop thread only, but for construction and Listen (before the loop runs) and destruction (after).
class ServerWorker {
 public:
  // All arguments outlive it. `scope`: rt/<router>. `admissions`: of each server, null if it takes any number
  // of requests. `access_log`, `traffic`: null if there is none.
  ServerWorker(Loop& loop, const RouterConfig& config, const Identifier& identifier, Binder& binder,
               const std::vector<std::unique_ptr<Admission>>& admissions, AccessLog* access_log,
               const Scope& scope, TrafficLedger* traffic = nullptr);
  ~ServerWorker();  // closes everything at once
  ServerWorker(const ServerWorker&) = delete;
  ServerWorker& operator=(const ServerWorker&) = delete;

  // Called for each server in order. Serves config().servers[server] at `address`, which is the configured
  // one with the port that the first worker took. Returns the address with the port.
  absl::StatusOr<SocketAddress> Listen(size_t server, const SocketAddress& address);

  // Accepts no more, closes connections as they become idle; `done` once none is left.
  void Drain(std::function<void()> done);

  // For connections and exchanges.
  Loop& loop() const { return loop_; }
  const RouterConfig& config() const { return config_; }
  const Identifier& identifier() const { return identifier_; }
  // nullptr: requests are not pinned.
  const StickyKey* sticky_key() const { return sticky_key_.has_value() ? &*sticky_key_ : nullptr; }
  RouteTable& routes() { return routes_; }
  Random& random() { return random_; }
  LingeringCloser& closer() { return closer_; }
  AccessLog* access_log() const { return access_log_; }
  bool draining() const { return draining_; }
  // Draining, and the grace for idle connections is over.
  bool closing_idle() const { return closing_idle_; }
  // There are as many connections as there may be: others wait for one to close.
  bool full() const { return full_; }
  // For one call at a time.
  std::string& scratch() { return scratch_; }
  std::string& key() { return key_; }
  std::unique_ptr<Exchange> TakeExchange();
  void GiveBack(std::unique_ptr<Exchange> exchange);
  // `connection` is closed: destroys it, later.
  void Remove(ServerConnection& connection);

 private:
  struct Server {
    const ServerConfig& config;
    Admission* admission;
    ServerStats stats;
    std::unique_ptr<Listener> listener;
  };
  void OnAccept(Server& server, std::unique_ptr<Connection> connection);
  void Sweep();
  void OnDrainTimer();
  void CheckDrained();

  Loop& loop_;
  const RouterConfig& config_;
  const Identifier& identifier_;
  const std::optional<StickyKey> sticky_key_;
  const std::vector<std::unique_ptr<Admission>>& admissions_;
  AccessLog* const access_log_;
  const Scope scope_;
  Random random_;
  RouteTable routes_;
  LingeringCloser closer_;
  std::string scratch_;
  std::string key_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;  // not in use
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<std::unique_ptr<ServerConnection>> connections_;
  Timer sweep_;
  Timer drain_timer_;
  bool draining_ = false;
  bool closing_idle_ = false;
  bool full_ = false;  // listeners are paused
  std::function<void()> drained_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_SERVER_WORKER_H_
