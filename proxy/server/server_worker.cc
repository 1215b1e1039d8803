#include "proxy/server/server_worker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"

namespace heddle {
namespace {

constexpr Millis kSweepInterval{1000};
// While draining, a connection without a request is kept this long: the next request may be on its way
// already, and is answered with "Connection: close" instead of a reset.
constexpr Millis kDrainGrace{500};
// Then this often: is everything gone?
constexpr Millis kDrainInterval{50};
// Exchanges kept for use again.
constexpr size_t kMaxSpareExchanges = 256;

// `bound`: the address in use, which has the port taken where the configuration says 0.
Scope ServerScope(const Scope& rt, const ServerConfig& config, const SocketAddress& bound) {
  const Scope scope = rt.Child("server");
  if (!config.label.empty()) return scope.Child(config.label);
  return scope.Child(absl::StrCat(bound.ip(), "/", bound.port()));
}

}  // namespace

ServerWorker::ServerWorker(Loop& loop, const RouterConfig& config, const Identifier& identifier,
                           Binder& binder, const std::vector<std::unique_ptr<Admission>>& admissions,
                           AccessLog* access_log, const Scope& scope, TrafficLedger* traffic)
    : loop_(loop),
      config_(config),
      identifier_(identifier),
      sticky_key_(config.sticky_key),
      admissions_(admissions),
      access_log_(access_log),
      scope_(scope),
      random_(Random::FromEntropy()),
      routes_(loop, binder, config.route, config.clients, config.services, scope, random_.Next(), traffic),
      closer_(loop),
      sweep_(loop, [this] { Sweep(); }),
      drain_timer_(loop, [this] { OnDrainTimer(); }) {
  sweep_.Start(kSweepInterval);
}

ServerWorker::~ServerWorker() {
  *alive_ = false;
  for (const auto& connection : connections_) {
    if (connection->connection_ != nullptr) connection->Close();
  }
  connections_.clear();
}

absl::StatusOr<SocketAddress> ServerWorker::Listen(size_t server, const SocketAddress& address) {
  HEDDLE_CHECK(server == servers_.size());
  Listener::Options options;
  options.reuse_port = true;
  options.socket = config_.servers[server].socket;
  ASSIGN_OR_RETURN(
      std::unique_ptr<Listener> listener,
      Listener::Listen(loop_, address, options, [this, server](std::unique_ptr<Connection> connection) {
        OnAccept(*servers_[server], std::move(connection));
      }));
  const SocketAddress bound = listener->address();
  const ServerConfig& config = config_.servers[server];
  // Made in place: counters do not move.
  servers_.emplace_back(new Server{config, admissions_[server].get(),
                                   ServerStats(ServerScope(scope_, config, bound), config),
                                   std::move(listener)});
  return bound;
}

void ServerWorker::OnAccept(Server& server, std::unique_ptr<Connection> connection) {
  connections_.push_back(std::make_unique<ServerConnection>(*this, server.config, server.stats,
                                                            server.admission, std::move(connection)));
  connections_.back()->index_ = connections_.size() - 1;
  connections_.back()->Start();
  if (connections_.size() < config_.limits.max_connections || full_ || draining_) return;
  full_ = true;
  for (const auto& s : servers_) s->listener->Pause();
}

std::unique_ptr<Exchange> ServerWorker::TakeExchange() {
  if (exchanges_.empty()) return std::make_unique<Exchange>(*this);
  std::unique_ptr<Exchange> exchange = std::move(exchanges_.back());
  exchanges_.pop_back();
  return exchange;
}

void ServerWorker::GiveBack(std::unique_ptr<Exchange> exchange) {
  if (exchanges_.size() < kMaxSpareExchanges) {
    exchanges_.push_back(std::move(exchange));
  } else {
    // Its own method may still be on the stack.
    loop_.Defer([spare = std::move(exchange)] {});
  }
}

void ServerWorker::Remove(ServerConnection& connection) {
  if (!*alive_) return;
  loop_.Defer([this, raw = &connection, alive = alive_] {
    if (!*alive) return;
    const size_t index = raw->index_;
    HEDDLE_CHECK(index < connections_.size() && connections_[index].get() == raw);
    std::swap(connections_[index], connections_.back());
    connections_[index]->index_ = index;
    connections_.pop_back();
    if (full_ && !draining_) {
      full_ = false;
      for (const auto& s : servers_) s->listener->Resume();
    }
    CheckDrained();
  });
}

void ServerWorker::Sweep() {
  const Nanos now = loop_.Now();
  for (const auto& connection : connections_) {
    if (connection->connection_ != nullptr) connection->CheckTimeouts(now);
  }
  routes_.Sweep(now);
  sweep_.Start(kSweepInterval);
}

void ServerWorker::Drain(std::function<void()> done) {
  drained_ = std::move(done);
  draining_ = true;
  for (const auto& server : servers_) server->listener->StopAccepting();
  drain_timer_.Start(kDrainGrace);
  CheckDrained();
}

void ServerWorker::OnDrainTimer() {
  closing_idle_ = true;
  for (const auto& connection : connections_) {
    if (connection->connection_ != nullptr && connection->idle()) connection->CloseLingering();
  }
  CheckDrained();
  if (drained_) drain_timer_.Start(kDrainInterval);
}

void ServerWorker::CheckDrained() {
  if (!draining_ || !connections_.empty() || closer_.size() > 0 || !drained_) return;
  std::exchange(drained_, nullptr)();
}

}  // namespace heddle
