#include "proxy/balance/chooser.h"

#include "proxy/balance/aperture.h"
#include "proxy/balance/ewma.h"
#include "proxy/balance/least_loaded.h"
#include "proxy/balance/p2c.h"
#include "proxy/balance/round_robin.h"

namespace heddle {

std::unique_ptr<Chooser> MakeChooser(const BalancerConfig& config, Random& random) {
  switch (config.kind) {
    case BalancerConfig::Kind::kP2c:
      break;
    case BalancerConfig::Kind::kEwma:
      return std::make_unique<Ewma>(config, random);
    case BalancerConfig::Kind::kAperture:
      return std::make_unique<Aperture>(config, random);
    case BalancerConfig::Kind::kHeap:
      return std::make_unique<LeastLoaded>();
    case BalancerConfig::Kind::kRoundRobin:
      return std::make_unique<RoundRobin>(random);
  }
  return std::make_unique<P2c>(random);
}

}  // namespace heddle
