// A chooser that hears of the attempts at its endpoints.
#ifndef HEDDLE_PROXY_BALANCE_OBSERVING_H_
#define HEDDLE_PROXY_BALANCE_OBSERVING_H_

#include <utility>
#include <vector>

#include "proxy/balance/chooser.h"

namespace heddle {

class ObservingChooser : public Chooser, protected LoadObserver {
 public:
  // The endpoints may be gone by now: the balancer has told them that nobody observes.
  ~ObservingChooser() override = default;
  void Set(std::vector<EndpointPool*> endpoints) override {
    endpoints_ = std::move(endpoints);
    for (EndpointPool* pool : endpoints_) pool->set_observer(this);
  }

 protected:
  std::vector<EndpointPool*> endpoints_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_OBSERVING_H_
