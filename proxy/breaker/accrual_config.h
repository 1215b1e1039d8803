// What configures failure accrual: when an endpoint is taken out because of its answers, and for how long.
// Defaults are Linkerd's.
#ifndef HEDDLE_PROXY_BREAKER_ACCRUAL_CONFIG_H_
#define HEDDLE_PROXY_BREAKER_ACCRUAL_CONFIG_H_

#include <cstdint>

#include "proxy/retry/retry_config.h"

namespace heddle {

struct AccrualConfig {
  enum class Kind {
    kConsecutiveFailures,  // io.l5d.consecutiveFailures {failures: 5}
    kSuccessRate,          // io.l5d.successRate {successRate, requests}: over so many requests, exponentially
                           // weighted
    kSuccessRateWindowed,  // io.l5d.successRateWindowed {successRate, window}: over so many seconds
    kNone,                 // none
  };
  Kind kind = Kind::kConsecutiveFailures;
  uint32_t failures = 5;      // > 0
  double success_rate = 0.8;  // in [0, 1]
  uint32_t requests = 100;    // > 0
  Millis window{std::chrono::seconds(30)};
  // Between being taken out and the probe that decides; each probe that fails takes the next wait.
  BackoffConfig backoff = BackoffConfig::EqualJittered(std::chrono::seconds(5), std::chrono::seconds(300));
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BREAKER_ACCRUAL_CONFIG_H_
