// A client: what a bound name leads to. Its endpoints, as discovery last knew them, and the choice among
// them.
#ifndef HEDDLE_PROXY_BALANCE_CLIENT_H_
#define HEDDLE_PROXY_BALANCE_CLIENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "lib/naming/addr.h"
#include "proxy/balance/balancer.h"
#include "proxy/balance/client_config.h"
#include "proxy/endpoint/endpoint_pool.h"
#include "proxy/retry/budget.h"

namespace heddle {

// One worker's. `loop` outlives it.
class Client {
 public:
  // `id`: the bound name, as shown: "/#/io.l5d.fs/web".
  Client(Loop& loop, ClientConfig config, const Scope& scope, std::string id, uint64_t seed);
  ~Client();  // REQUIRES: no attempt is under way
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // What discovery says. Endpoints that stay keep their connections; those that go finish what they have
  // begun. An error or "not known yet" after something was known changes nothing.
  void Update(const Addr& addr);
  // Changes may have been missed: nothing is chosen until the next Update. What is under way goes on, and
  // endpoints that are still there then keep their connections.
  void Doubt();

  // An endpoint for an exchange; nullptr if there is none, which state() explains.
  EndpointPool* Pick(Nanos now) { return balancer_.Pick(now); }

  const ClientConfig& config() const { return config_; }
  // Of attempts made again because a connection could not be made, or was stale.
  RetryBudget& requeue_budget() { return requeue_budget_; }
  // What its requests are to have as Host: the endpoint set's metadata "authority"; "": as received.
  const std::string& authority() const { return authority_; }

  // kPending until the first Update that says something.
  AddrState state() const { return state_; }
  // Why there is no endpoint. For state kFailed.
  const absl::Status& error() const { return error_; }
  const std::string& id() const { return id_; }
  ClientStats& stats() { return stats_; }
  // Endpoints to choose from.
  size_t size() const { return balancer_.size(); }

  // Attempts under way, those at retired endpoints too.
  size_t outstanding() const;
  // To be called about once a second: EndpointPool::Sweep, and the gauges.
  void Sweep(Nanos now);

 private:
  using Pools = std::map<SocketAddress, std::unique_ptr<EndpointPool>>;
  // Of `dropped`, keeps those that answer where that is wanted, and retires the others.
  void Drop(Pools dropped, bool may_keep);
  void EndProbation(Nanos now);
  void Retire(std::unique_ptr<EndpointPool> pool);
  void Rebuild();

  Loop& loop_;
  const ClientConfig config_;
  const std::string id_;
  std::string authority_;
  Random random_;
  ClientStats stats_;
  RetryBudget requeue_budget_;
  AddrState state_ = AddrState::kPending;
  absl::Status error_;
  Balancer balancer_;
  Pools endpoints_;
  std::set<SocketAddress> probation_;  // of endpoints_: discovery has dropped them
  std::map<EndpointPool*, std::unique_ptr<EndpointPool>> retired_;
  // What retired pools post back to is still there while this is.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_CLIENT_H_
