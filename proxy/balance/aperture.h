// aperture: p2c among the first few endpoints of an order of this worker's own. How many these are follows
// the load: a service with many endpoints and few requests keeps a few connections busy, not all idle.
// Source: com.twitter.finagle.loadbalancer.aperture.{Aperture, LoadBand, RandomAperture}.
#ifndef HEDDLE_PROXY_BALANCE_APERTURE_H_
#define HEDDLE_PROXY_BALANCE_APERTURE_H_

#include <cstdint>
#include <vector>

#include "proxy/balance/observing.h"

namespace heddle {

// Choose is O(1), and O(n log n) ten times a second while an endpoint is taken out.
class Aperture : public ObservingChooser {
 public:
  Aperture(const BalancerConfig& config, Random& random) : config_(config), random_(random) {}

  void Set(std::vector<EndpointPool*> endpoints) override;
  EndpointPool* Choose(Nanos now, bool any) override;
  // How many endpoints are chosen from.
  uint32_t width() const { return width_; }

 private:
  void OnBegin(EndpointPool&, Nanos now) override { Follow(now, 1); }
  void OnEnd(EndpointPool&, Nanos now, Nanos) override { Follow(now, -1); }
  // `change` in the attempts under way: widens or narrows by one where the average load of the endpoints in
  // the window, smoothed, has left the band.
  void Follow(Nanos now, int change);
  // The available ones first, each kind in the order of their tokens. A token (BalancerNote::turn) is random
  // and kept for as long as the endpoint stays: workers and proxies have windows of their own, and a window
  // does not move when others come and go.
  void Order(Nanos now);

  const BalancerConfig& config_;
  Random& random_;
  uint32_t width_ = 1;
  int64_t under_way_ = 0;
  double load_ = 0;  // smoothed
  Nanos load_at_{-1};
  bool some_out_ = false;  // as of the last Order, an endpoint was not available
  Nanos order_again_at_{0};
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_APERTURE_H_
