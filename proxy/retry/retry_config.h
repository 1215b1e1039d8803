// What configures retries: budgets and the waits between tries. Defaults are Linkerd's.
#ifndef HEDDLE_PROXY_RETRY_RETRY_CONFIG_H_
#define HEDDLE_PROXY_RETRY_RETRY_CONFIG_H_

#include <cstdint>

#include "lib/base/clock.h"

namespace heddle {

// {kind: constant, ms: 0} or {kind: jittered, minMs, maxMs}. proxy/retry/backoff.h has the waits.
struct BackoffConfig {
  enum class Kind : uint8_t {
    kConstant,       // min, always
    kJittered,       // kind jittered: each wait a random way above the one before
    kEqualJittered,  // no key; what failure accrual does if it is not told: doubling, half of it random
  };
  Kind kind = Kind::kConstant;
  // 0 <= min <= max. Constant: min == max.
  Millis min{0};
  Millis max{0};

  static BackoffConfig Constant(Millis wait) { return {Kind::kConstant, wait, wait}; }
  static BackoffConfig Jittered(Millis min, Millis max) { return {Kind::kJittered, min, max}; }
  static BackoffConfig EqualJittered(Millis min, Millis max) { return {Kind::kEqualJittered, min, max}; }
};

// {ttlSecs: 10, minRetriesPerSec: 10, percentCanRetry: 0.2}.
struct BudgetConfig {
  Millis ttl{std::chrono::seconds(10)};  // for how long a request counts; 1 to 60 s
  // Allowed in any case; 0 and more. Of a whole process: a worker's budget gets its share.
  double min_retries_per_sec = 10;
  double percent_can_retry = 0.2;  // of the requests, on top; 0 to 1,000 (a share: 0.2 is every fifth)
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_RETRY_RETRY_CONFIG_H_
