// What configures retries: budgets and the waits between tries. Defaults are Linkerd's.
#ifndef HEDDLE_PROXY_RETRY_RETRY_CONFIG_H_
#define HEDDLE_PROXY_RETRY_RETRY_CONFIG_H_

#include "lib/base/clock.h"

namespace heddle {

// {kind: constant, ms: 0} or {kind: jittered, minMs, maxMs}. Constant: min == max.
struct BackoffConfig {
  enum class Kind { kConstant, kJittered };
  Kind kind = Kind::kConstant;
  Millis min{0};
  Millis max{0};

  static BackoffConfig Jittered(Millis min, Millis max) { return {Kind::kJittered, min, max}; }
};

// {ttlSecs: 10, minRetriesPerSec: 10, percentCanRetry: 0.2}.
struct BudgetConfig {
  Millis ttl{std::chrono::seconds(10)};  // for how long a request counts
  double min_retries_per_sec = 10;       // allowed in any case
  double percent_can_retry = 0.2;        // of the requests, on top; 0 and more
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_RETRY_RETRY_CONFIG_H_
