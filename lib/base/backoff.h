// How long to wait before the next try of something that failed.
// Source: "decorrelated jitter", AWS Architecture Blog, "Exponential Backoff and Jitter" (2015).
#ifndef HEDDLE_LIB_BASE_BACKOFF_H_
#define HEDDLE_LIB_BASE_BACKOFF_H_

#include <algorithm>

#include "lib/base/clock.h"
#include "lib/base/random.h"

namespace heddle {

// One thread. Waits lie in [min, max]; each is drawn from [min, 3 * the one before].
class JitteredBackoff {
 public:
  // REQUIRES: 0 < min <= max.
  JitteredBackoff(Millis min, Millis max, uint64_t seed) : min_(min), max_(max), last_(min), random_(seed) {}

  Millis Next() {
    const auto span = static_cast<double>((last_ * 3 - min_).count());
    last_ = std::min(max_, min_ + Millis(static_cast<int64_t>(random_.Unit() * span)));
    return last_;
  }
  // After a success.
  void Reset() { last_ = min_; }

 private:
  Millis min_, max_, last_;
  Random random_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_BACKOFF_H_
