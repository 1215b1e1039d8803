// roundRobin: one after the other.
#ifndef HEDDLE_PROXY_BALANCE_ROUND_ROBIN_H_
#define HEDDLE_PROXY_BALANCE_ROUND_ROBIN_H_

#include <vector>

#include "proxy/balance/chooser.h"

namespace heddle {

// Choose is O(1).
class RoundRobin : public Chooser {
 public:
  explicit RoundRobin(Random& random) : random_(random) {}

  // Begins anew at a random one, so that not all workers ask the same ones at the same time.
  void Set(std::vector<EndpointPool*> endpoints) override {
    endpoints_ = std::move(endpoints);
    next_ = random_.Below(static_cast<uint32_t>(endpoints_.size()));
  }
  EndpointPool* Choose(Nanos, bool) override {
    EndpointPool* chosen = endpoints_[next_];
    if (++next_ == endpoints_.size()) next_ = 0;
    return chosen;
  }

 private:
  Random& random_;
  std::vector<EndpointPool*> endpoints_;
  size_t next_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_ROUND_ROBIN_H_
