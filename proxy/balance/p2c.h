// p2c: of two endpoints drawn at random, the one with fewer attempts under way.
#ifndef HEDDLE_PROXY_BALANCE_P2C_H_
#define HEDDLE_PROXY_BALANCE_P2C_H_

#include <utility>
#include <vector>

#include "proxy/balance/chooser.h"

namespace heddle {

// Choose is O(1).
class P2c : public Chooser {
 public:
  explicit P2c(Random& random) : random_(random) {}

  void Set(std::vector<EndpointPool*> endpoints) override { endpoints_ = std::move(endpoints); }
  EndpointPool* Choose(Nanos now, bool any) override {
    return BetterOfTwo(endpoints_, static_cast<uint32_t>(endpoints_.size()), random_, now, any,
                       [](const EndpointPool& pool) { return pool.pending(); });
  }

 private:
  Random& random_;
  std::vector<EndpointPool*> endpoints_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_P2C_H_
