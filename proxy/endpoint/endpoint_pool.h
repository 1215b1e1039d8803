// One address of a client: its connections, how busy it is, whether it is to be chosen.
#ifndef HEDDLE_PROXY_ENDPOINT_ENDPOINT_POOL_H_
#define HEDDLE_PROXY_ENDPOINT_ENDPOINT_POOL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "lib/base/socket_address.h"
#include "lib/event/loop.h"
#include "proxy/breaker/failure_accrual.h"
#include "proxy/endpoint/client_connection.h"
#include "proxy/endpoint/client_stats.h"
#include "proxy/endpoint/endpoint_config.h"
#include "proxy/endpoint/pool_waiters.h"

namespace heddle {

class EndpointPool;

// Hears of every attempt at an endpoint: a balancer that keeps account of them.
class LoadObserver {
 public:
  virtual ~LoadObserver() = default;
  // EndpointPool::pending has risen, or fallen.
  virtual void OnBegin(EndpointPool& pool, Nanos now) = 0;
  virtual void OnEnd(EndpointPool& pool, Nanos now, Nanos latency) = 0;
};

// What a balancer notes of an endpoint, kept with it so that nothing has to be looked up. The pool does not
// touch it.
struct BalancerNote {
  double cost = 0;    // peak EWMA of the latency, in nanoseconds
  Nanos cost_at{-1};  // when that was right; -1: never
  size_t place = 0;   // in the balancer's order
  uint64_t turn = 0;  // when it was chosen last, in the balancer's own count
};

// Loop thread only. The loop, config and stats outlive the pool.
//
// An attempt is bracketed: OnBegin, then Acquire, perhaps Await and Acquire again, Release, and exactly one
// of OnEnd and OnAbandoned.
class EndpointPool {
 public:
  EndpointPool(Loop& loop, const EndpointConfig& config, ClientStats& stats, const SocketAddress& address,
               double weight, uint64_t seed);
  ~EndpointPool();  // REQUIRES: every connection has been given back, nobody waits
  EndpointPool(const EndpointPool&) = delete;
  EndpointPool& operator=(const EndpointPool&) = delete;

  // An attempt begins: it counts as load from now on.
  void OnBegin(Nanos now) {
    ++pending_;
    if (accrual_.OnBegin(now)) stats_.accrual.probes.Increment();
    if (observer_ != nullptr) observer_->OnBegin(*this, now);
  }
  // It is over, after `latency`. `success` is the response's class: failure accrual goes by it.
  void OnEnd(bool success, Nanos now, Nanos latency);
  // ... without an outcome, for the requester has gone. `latency`: how long it took until then.
  void OnAbandoned(Nanos now, Nanos latency);

  // A connection to Begin an exchange on: the one given back last if there is one and `fresh` is not set, a
  // new one otherwise. nullptr if max_connections are out, or others wait already. Goes back by Release, also
  // when it has failed.
  std::unique_ptr<ClientConnection> Acquire(bool fresh);
  // Keeps the connection if it can be used again, closes it otherwise.
  void Release(std::unique_ptr<ClientConnection> connection);
  // For when Acquire has returned nullptr: `waiter` is told when it is its turn. False if max_waiters wait
  // already.
  bool Await(PoolWaiter& waiter);
  // Acquire would give a connection, or Await let another one wait.
  bool has_room() const {
    const bool free = waiters_.empty() && (!full() || !idle_.empty());
    return free || waiters_.size() < config_.max_waiters;
  }
  // REQUIRES: it waits here.
  void StopAwaiting(PoolWaiter& waiter);

  // No more attempts will begin: connections close, at once or when given back, and `on_idle` is called
  // (later, from the loop) once nothing is under way. What has begun may still acquire connections.
  void Retire(absl::AnyInvocable<void()> on_idle);
  // To be called now and then: closes connections that are idle for too long or too old, and fails (later,
  // from the loop) exchanges that read_timeout or write_timeout is over for.
  void Sweep(Nanos now);

  // Attempts under way.
  size_t pending() const { return pending_; }
  // Connections in use.
  size_t outstanding() const { return outstanding_; }
  // Nothing is under way.
  bool quiet() const { return outstanding_ == 0 && pending_ == 0 && waiters_.empty(); }
  // May be chosen: the last connect did not fail, or was long enough ago to try again; and failure accrual
  // has not taken it out.
  bool available(Nanos now) const { return usable(now, /*any=*/false); }
  // `any`: whatever failure accrual says. An endpoint that cannot be connected to is of no use to anybody.
  bool usable(Nanos now, bool any) const { return now >= down_until_ && (any || accrual_.Admits(now)); }
  double weight() const { return weight_; }
  void set_weight(double weight) { weight_ = weight; }
  const SocketAddress& address() const { return address_; }
  Loop& loop() const { return loop_; }
  const EndpointConfig& config() const { return config_; }
  ClientStats& stats() const { return stats_; }
  size_t idle() const { return idle_.size(); }

  // For the balancer. nullptr: nobody.
  void set_observer(LoadObserver* observer) { observer_ = observer; }
  BalancerNote& note() { return note_; }

 private:
  friend class ClientConnection;
  bool full() const {
    return config_.max_connections > 0 && outstanding_ + idle_.size() >= config_.max_connections;
  }
  bool Keeps(const ClientConnection& connection) const;
  void OnConnected(Nanos took);
  void OnConnectFailed();
  // Takes `connection`, which is idle, out and closes it.
  void DropIdle(ClientConnection& connection);
  void CloseAllIdle();
  void CloseStale(Nanos now);
  void FailStalled();
  // Serves those that wait, from the loop, as far as there is room.
  void ServeLater();
  void Serve();
  // Calls `method` from the loop, if there still is a pool.
  void Defer(void (EndpointPool::*method)());
  void TellIfQuiet();

  Loop& loop_;
  const EndpointConfig& config_;
  ClientStats& stats_;
  const SocketAddress address_;
  double weight_;
  size_t pending_ = 0;
  size_t outstanding_ = 0;
  Nanos down_until_{0};  // or, of a connect that is to tell whether it still is, when that is over
  Nanos down_time_{0};   // 0: the last connect succeeded
  bool trying_ = false;  // such a connect is under way
  LoadObserver* observer_ = nullptr;
  BalancerNote note_;
  FailureAccrual accrual_;
  std::vector<std::unique_ptr<ClientConnection>> idle_;  // the last is the one used last
  ClientConnection* connections_ = nullptr;              // all there are, linked
  PoolWaiters waiters_;
  bool serving_ = false;                 // a waiter has its turn
  bool serve_later_ = false;             // Serve is on its way
  absl::AnyInvocable<void()> on_idle_;   // set once retired
  std::shared_ptr<EndpointPool*> self_;  // what is deferred finds the pool by it; made when first needed
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_ENDPOINT_POOL_H_
