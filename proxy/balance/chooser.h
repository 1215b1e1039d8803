// How one of several endpoints of equal weight is chosen: a kind of `loadBalancer` each.
#ifndef HEDDLE_PROXY_BALANCE_CHOOSER_H_
#define HEDDLE_PROXY_BALANCE_CHOOSER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/base/random.h"
#include "proxy/balance/balancer_config.h"
#include "proxy/endpoint/endpoint_pool.h"

namespace heddle {

// One worker's, of one class of weight.
class Chooser {
 public:
  virtual ~Chooser() = default;
  // The endpoints to choose from, not empty. What it knows of those that stay is kept. They outlive their
  // stay here.
  virtual void Set(std::vector<EndpointPool*> endpoints) = 0;
  // One that is usable (EndpointPool::usable, `any` as there), if one was drawn: another call may have more
  // luck.
  virtual EndpointPool* Choose(Nanos now, bool any) = 0;
};

// `config` and `random` outlive it.
std::unique_ptr<Chooser> MakeChooser(const BalancerConfig& config, Random& random);

// Of `endpoints[0, size)` two are drawn at random, never the same; the one with the lesser `cost` is chosen,
// or the only one of them that is usable.
// Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (1996); finagle's P2CPick.
template <class Cost>
EndpointPool* BetterOfTwo(const std::vector<EndpointPool*>& endpoints, uint32_t size, Random& random,
                          Nanos now, bool any, Cost cost) {
  if (size == 1) return endpoints[0];
  const uint32_t first = random.Below(size);
  uint32_t second = random.Below(size - 1);
  if (second >= first) ++second;
  EndpointPool* a = endpoints[first];
  EndpointPool* b = endpoints[second];
  if (!b->usable(now, any)) return a;
  if (!a->usable(now, any)) return b;
  return cost(*b) < cost(*a) ? b : a;
}

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_CHOOSER_H_
