// One address of a client: its connections, how busy it is, whether it can be reached.
#ifndef HEDDLE_PROXY_ENDPOINT_ENDPOINT_POOL_H_
#define HEDDLE_PROXY_ENDPOINT_ENDPOINT_POOL_H_

#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "lib/base/socket_address.h"
#include "lib/event/loop.h"
#include "proxy/endpoint/client_connection.h"
#include "proxy/endpoint/client_stats.h"
#include "proxy/endpoint/endpoint_config.h"

namespace heddle {

// Loop thread only. The loop, config and stats outlive the pool.
class EndpointPool {
 public:
  EndpointPool(Loop& loop, const EndpointConfig& config, ClientStats& stats, const SocketAddress& address,
               double weight);
  ~EndpointPool();  // REQUIRES: every connection has been given back
  EndpointPool(const EndpointPool&) = delete;
  EndpointPool& operator=(const EndpointPool&) = delete;

  // A connection to Begin an exchange on: the one given back last if there is one and `fresh` is not set, a
  // new one otherwise. Goes back by Release, also when it has failed.
  std::unique_ptr<ClientConnection> Acquire(bool fresh);
  // Keeps the connection if it can be used again, closes it otherwise.
  void Release(std::unique_ptr<ClientConnection> connection);

  // No more exchanges will begin: connections close, at once or when given back, and `on_idle` is called
  // (later, from the loop) once none is out.
  void Retire(absl::AnyInvocable<void()> on_idle);
  // Closes connections unused since before `now` - idle_timeout.
  void CloseIdle(Nanos now);

  // Exchanges under way.
  size_t outstanding() const { return outstanding_; }
  // The last connect did not fail, or was long enough ago to try again.
  bool available(Nanos now) const { return now >= down_until_; }
  double weight() const { return weight_; }
  void set_weight(double weight) { weight_ = weight; }
  const SocketAddress& address() const { return address_; }
  Loop& loop() const { return loop_; }
  const EndpointConfig& config() const { return config_; }
  ClientStats& stats() const { return stats_; }
  size_t idle() const { return idle_.size(); }

 private:
  friend class ClientConnection;
  void OnConnected(Nanos took);
  void OnConnectFailed();
  // Takes `connection`, which is idle, out and closes it.
  void DropIdle(ClientConnection& connection);
  void CloseAllIdle();

  Loop& loop_;
  const EndpointConfig& config_;
  ClientStats& stats_;
  const SocketAddress address_;
  double weight_;
  size_t outstanding_ = 0;
  Nanos down_until_{0};
  Nanos down_time_{0};
  std::vector<std::unique_ptr<ClientConnection>> idle_;  // the last is the one used last
  absl::AnyInvocable<void()> on_idle_;                   // set once retired
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_ENDPOINT_POOL_H_
