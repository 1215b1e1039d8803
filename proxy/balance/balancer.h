// Which endpoint of a client a request goes to. Five kinds, as Linkerd's `loadBalancer`.
#ifndef HEDDLE_PROXY_BALANCE_BALANCER_H_
#define HEDDLE_PROXY_BALANCE_BALANCER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/base/clock.h"
#include "proxy/endpoint/endpoint_pool.h"

namespace heddle {

// Defaults are Linkerd's.
struct BalancerConfig {
  enum class Kind { kP2c, kEwma, kAperture, kHeap, kRoundRobin };
  Kind kind = Kind::kP2c;
  uint32_t max_effort = 5;  // how often another endpoint is drawn for one that cannot be used
  // An endpoint that discovery has dropped stays in use for as long as it answers.
  bool enable_probation = false;
  Millis decay_time{10'000};    // ewma: decayTimeMs
  Millis smooth_window{5'000};  // aperture
  double low_load = 0.5;
  double high_load = 2.0;
  uint32_t min_aperture = 1;
  // Heddle's own (panicThreshold): with a smaller share of the endpoints usable than this, all are used: what
  // looks broken everywhere is not the endpoints' fault. 0: never.
  double panic_threshold = 0.25;
};

// One worker's.
class Balancer {
 public:
  virtual ~Balancer() = default;
  // The endpoints to choose from, with their weights as they are now. They outlive their stay here.
  virtual void Set(std::vector<EndpointPool*> endpoints) = 0;
  // nullptr only if there is none. One that cannot be used (EndpointPool::available) is returned only if too
  // few can be.
  virtual EndpointPool* Pick(Nanos now) = 0;
  virtual size_t size() const = 0;
};

// `config` outlives the balancer.
std::unique_ptr<Balancer> MakeBalancer(const BalancerConfig& config, uint64_t seed);

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_BALANCER_H_
