// The share of an endpoint's requests that succeed, the later ones counting for more: each counts for
// exp(-age / window), its age in requests (successRate) or in time (successRateWindowed).
// Source: com.twitter.finagle.liveness.FailureAccrualPolicy.{successRate, successRateWithinDuration},
// com.twitter.finagle.util.Ema. Unlike there the first request counts no more than the next, and all requests
// of one instant count alike.
#ifndef HEDDLE_PROXY_BREAKER_SUCCESS_RATE_H_
#define HEDDLE_PROXY_BREAKER_SUCCESS_RATE_H_

#include <cstdint>

#include "proxy/breaker/accrual_config.h"

namespace heddle {

class SuccessRate {
 public:
  // Of a kind that is not about rates: measures() is false, and nothing else may be called.
  explicit SuccessRate(const AccrualConfig& config);

  bool measures() const { return kind_ != Kind::kNothing; }
  void Add(bool success, Nanos now);
  // Below what is configured, and known well enough to say so: a whole window has passed, and, where that is
  // time, what is remembered is worth five requests.
  bool TooLow(Nanos now) const;

 private:
  enum class Kind : uint8_t { kNothing, kByRequests, kByTime };

  Kind kind_;
  double required_;
  double window_;  // requests, or nanoseconds
  double decay_;   // a request's weight after another one; by requests only
  double successes_ = 0;
  double requests_ = 0;
  uint64_t seen_ = 0;  // requests, without decay
  Nanos began_{0};
  Nanos last_{0};
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BREAKER_SUCCESS_RATE_H_
