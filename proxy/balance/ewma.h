// ewma: of two endpoints drawn at random, the one that is expected to answer sooner: a moving average of its
// latency, which a peak lifts at once and time lowers only slowly, times the attempts under way and this one.
// Source: com.twitter.finagle.loadbalancer.PeakEwma.
#ifndef HEDDLE_PROXY_BALANCE_EWMA_H_
#define HEDDLE_PROXY_BALANCE_EWMA_H_

#include "proxy/balance/observing.h"

namespace heddle {

// Choose is O(1), with an exp() for each of the two.
class Ewma : public ObservingChooser {
 public:
  Ewma(const BalancerConfig& config, Random& random) : config_(config), random_(random) {}

  EndpointPool* Choose(Nanos now, bool any) override;

 private:
  void OnBegin(EndpointPool&, Nanos) override {}
  void OnEnd(EndpointPool& pool, Nanos now, Nanos latency) override {
    Observe(pool.note(), now, static_cast<double>(latency.count()));
  }
  void Observe(BalancerNote& note, Nanos now, double latency) const;
  double Load(EndpointPool& pool, Nanos now) const;

  const BalancerConfig& config_;
  Random& random_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_EWMA_H_
