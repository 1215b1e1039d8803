#include "proxy/retry/backoff.h"

#include <algorithm>

namespace heddle {

namespace {

// After so many doublings any wait is longer than any maximum.
constexpr uint8_t kMaxDoublings = 40;

Millis Below(Millis bound, Random& random) {
  return Millis(static_cast<int64_t>(random.Unit() * static_cast<double>(bound.count())));
}

}  // namespace

Millis Backoff::Next(const BackoffConfig& config, Random& random) {
  const bool first = last_ < Millis(0);
  const Millis last = last_;
  last_ = config.min;
  if (first || config.kind == BackoffConfig::Kind::kConstant || config.min >= config.max) return last_;
  if (config.kind == BackoffConfig::Kind::kJittered) {
    const Millis bound = last >= config.max / 3 ? config.max : last * 3;
    // Never the bound itself, but for the last step: a wait that gets there stays there.
    last_ = std::min(config.max, last + Below(bound - last + Millis(1), random));
    return last_;
  }
  const int64_t factor = int64_t{1} << tries_;
  tries_ = std::min<uint8_t>(tries_ + 1, kMaxDoublings);
  const Millis half = config.min >= config.max / factor ? config.max : config.min * factor;
  last_ = std::min(config.max, half + Below(half, random));
  return last_;
}

}  // namespace heddle
