// Power of two choices: of two endpoints drawn at random, by weight, the one with fewer requests under way.
// Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (1996); finagle's P2CPick.
#ifndef HEDDLE_PROXY_BALANCE_P2C_H_
#define HEDDLE_PROXY_BALANCE_P2C_H_

#include <vector>

#include "lib/base/random.h"
#include "proxy/endpoint/endpoint_pool.h"

namespace heddle {

// One worker's. Pick is O(1) with equal weights, O(log n) otherwise, and O(n) when most cannot be reached.
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
  size_t Draw();

  Random random_;
  std::vector<EndpointPool*> endpoints_;
  std::vector<double> cumulative_;  // weights summed up; empty when all are equal
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_P2C_H_
