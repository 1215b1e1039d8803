#include "proxy/breaker/success_rate.h"

#include <algorithm>
#include <cmath>

namespace heddle {

namespace {
// com.twitter.finagle.liveness.FailureAccrualPolicy.DefaultMinimumRequestThreshold.
constexpr double kLeastRequests = 5;
}  // namespace

SuccessRate::SuccessRate(const AccrualConfig& config)
    : kind_(config.kind == AccrualConfig::Kind::kSuccessRate           ? Kind::kByRequests
            : config.kind == AccrualConfig::Kind::kSuccessRateWindowed ? Kind::kByTime
                                                                       : Kind::kNothing),
      required_(config.success_rate),
      window_(kind_ == Kind::kByTime ? static_cast<double>(std::max<Nanos>(config.window, Nanos(1)).count())
                                     : static_cast<double>(std::max<uint32_t>(config.requests, 1))),
      decay_(kind_ == Kind::kByRequests ? std::exp(-1 / window_) : 1) {}

void SuccessRate::Add(bool success, Nanos now) {
  if (seen_++ == 0) began_ = last_ = now;
  if (kind_ == Kind::kByRequests || now > last_) {
    const double weight =
        kind_ == Kind::kByRequests ? decay_ : std::exp(-static_cast<double>((now - last_).count()) / window_);
    successes_ *= weight;
    requests_ *= weight;
    last_ = now;
  }
  successes_ += success ? 1 : 0;
  requests_ += 1;
}

bool SuccessRate::TooLow(Nanos now) const {
  const bool enough = kind_ == Kind::kByTime ? static_cast<double>((now - began_).count()) >= window_ &&
                                                   requests_ >= kLeastRequests
                                             : static_cast<double>(seen_) >= window_;
  return enough && successes_ < required_ * requests_;
}

}  // namespace heddle
