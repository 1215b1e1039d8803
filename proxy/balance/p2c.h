// Power of two choices: of two endpoints drawn at random, the one with fewer requests under way. Endpoints of
// different weights are not compared, which would even out their shares under load: a draw by weight decides
// among the classes of equal weight first.
// Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (1996); finagle's P2CPick
// and TrafficDistributor.
#ifndef HEDDLE_PROXY_BALANCE_P2C_H_
#define HEDDLE_PROXY_BALANCE_P2C_H_

#include <vector>

#include "lib/base/random.h"
#include "proxy/endpoint/endpoint_pool.h"

namespace heddle {

// One worker's. Pick is O(1) with equal weights, O(log classes) otherwise, and O(n) when most cannot be
// reached.
class P2c {
 public:
  explicit P2c(uint64_t seed) : random_(seed) {}

  // The endpoints to choose from, with their weights as they are now.
  void Set(std::vector<EndpointPool*> endpoints);

  // nullptr only if there is none. One that cannot be reached (EndpointPool::available) is returned only if
  // none can be.
  EndpointPool* Pick(Nanos now);

  size_t size() const { return endpoints_.size(); }

 private:
  // Endpoints of equal weight: a range of endpoints_.
  struct Class {
    size_t begin = 0;
    size_t size = 0;
    double until = 0;  // the weights of its endpoints and of all classes before it, summed up
  };
  const Class& DrawClass();
  EndpointPool* PickFrom(const Class& from, Nanos now);

  Random random_;
  std::vector<EndpointPool*> endpoints_;  // by weight, the least first
  std::vector<Class> classes_;            // likewise
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_P2C_H_
