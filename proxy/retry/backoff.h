// How long to wait before the next try. Source: com.twitter.finagle.Backoff (const, decorrelatedJittered,
// equalJittered), io.buoyant.namer.BackoffConfig.
#ifndef HEDDLE_PROXY_RETRY_BACKOFF_H_
#define HEDDLE_PROXY_RETRY_BACKOFF_H_

#include <cstdint>

#include "lib/base/random.h"
#include "proxy/retry/retry_config.h"

namespace heddle {

// Where in the sequence of waits something is: a value that costs nothing until the first try fails.
class Backoff {
 public:
  // The wait before the next try, in [min, max]; the first is min. Allocates nothing. `config` and `random`
  // are the same from call to call.
  Millis Next(const BackoffConfig& config, Random& random);
  // Begins anew.
  void Reset() { *this = Backoff(); }

 private:
  Millis last_{-1};
  uint8_t tries_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_RETRY_BACKOFF_H_
