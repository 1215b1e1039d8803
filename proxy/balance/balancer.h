// Which endpoint of a client a request goes to.
//
// Endpoints are chosen from in classes of equal weight: a draw by weight decides among the classes, a Chooser
// among the endpoints of one. Compared with each other, endpoints of different weights would get even shares
// under load. Source: com.twitter.finagle.loadbalancer.{TrafficDistributor, Balancer}.
#ifndef HEDDLE_PROXY_BALANCE_BALANCER_H_
#define HEDDLE_PROXY_BALANCE_BALANCER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/base/random.h"
#include "proxy/balance/balancer_config.h"
#include "proxy/balance/chooser.h"
#include "proxy/endpoint/endpoint_pool.h"

namespace heddle {

// One worker's.
class Balancer {
 public:
  // `config` and `stats` outlive it.
  Balancer(const BalancerConfig& config, ClientStats& stats, uint64_t seed);
  ~Balancer();
  Balancer(const Balancer&) = delete;
  Balancer& operator=(const Balancer&) = delete;

  // The endpoints to choose from, with their weights as they are now. They outlive their stay here.
  void Set(std::vector<EndpointPool*> endpoints);

  // nullptr only if there is none. One that cannot be used (EndpointPool::available) is returned only if too
  // few can be. O(1) with equal weights, O(log classes) otherwise (round robin: O(classes)), O(n) when most
  // cannot be used.
  EndpointPool* Pick(Nanos now) {
    if (endpoints_.size() <= 1) return endpoints_.empty() ? nullptr : endpoints_[0];
    Chooser& chooser = classes_.size() == 1 ? *classes_[0].chooser : *DrawClass().chooser;
    if (!panicking_) [[likely]] {
      EndpointPool* picked = chooser.Choose(now, /*any=*/false);
      if (picked->available(now)) [[likely]]
        return picked;
    }
    return PickAgain(chooser, now);
  }

  // How many can be used. Also decides whether that is too few: to be called about once a second.
  size_t CountAvailable(Nanos now);
  size_t size() const { return endpoints_.size(); }
  // Too few could be used when they were last counted: failure accrual is not minded.
  bool panicking() const { return panicking_; }

 private:
  struct Class {
    double weight = 0;  // of each endpoint
    double share = 0;   // of all of them
    double until = 0;   // the shares of this class and of those before it, summed up
    double credit = 0;  // of round robin
    std::unique_ptr<Chooser> chooser;
  };
  Class& DrawClass();
  Class& NextClass();
  EndpointPool* PickAgain(Chooser& chooser, Nanos now);

  const BalancerConfig& config_;
  ClientStats& stats_;
  Random random_;
  std::vector<EndpointPool*> endpoints_;
  std::vector<Class> classes_;  // the least weight first
  bool panicking_ = false;
  Nanos count_again_at_{0};
};

// As finagle's metrics call it: "p2c_least_loaded".
const char* AlgorithmName(BalancerConfig::Kind kind);

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_BALANCER_H_
