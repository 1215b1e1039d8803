// What configures the choice among endpoints: the keys of `loadBalancer`. Defaults are Linkerd's.
// Source: io.buoyant.linkerd.LoadBalancerConfig.
#ifndef HEDDLE_PROXY_BALANCE_BALANCER_CONFIG_H_
#define HEDDLE_PROXY_BALANCE_BALANCER_CONFIG_H_

#include <cstdint>

#include "lib/base/clock.h"

namespace heddle {

struct BalancerConfig {
  enum class Kind { kP2c, kEwma, kAperture, kHeap, kRoundRobin };
  Kind kind = Kind::kP2c;
  uint32_t max_effort = 5;  // how often it is drawn for an endpoint that can be used
  // An endpoint that discovery has dropped stays in use for as long as it answers.
  bool enable_probation = false;
  Millis decay_time{10'000};    // ewma: decayTimeMs
  Millis smooth_window{5'000};  // aperture; so are the next three
  double low_load = 0.5;
  double high_load = 2.0;
  uint32_t min_aperture = 1;
  // Heddle's own (panicThreshold): with a smaller share of the endpoints usable than this, all are used: what
  // looks broken everywhere is not the endpoints' fault. 0: never.
  double panic_threshold = 0.25;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_BALANCER_CONFIG_H_
