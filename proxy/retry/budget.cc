#include "proxy/retry/budget.h"

#include <algorithm>
#include <cmath>

namespace heddle {

namespace {

constexpr int64_t kRetry = 1'000'000;
// What no configuration that makes sense reaches, and no sum of ten slices overflows with.
constexpr double kMostPercent = 1'000;
constexpr double kMostReserve = 1e9;

int64_t Scaled(double retries, double most) {
  return static_cast<int64_t>(std::llround(std::clamp(retries, 0.0, most) * kRetry));
}

}  // namespace

RetryBudget::RetryBudget(const BudgetConfig& config, Nanos now)
    : slice_(std::max<Nanos>(config.ttl, Millis(1)) / kSlices),
      slice_end_(now + slice_),
      deposit_(Scaled(config.percent_can_retry, kMostPercent)),
      reserve_(Scaled(config.min_retries_per_sec * std::chrono::duration<double>(config.ttl).count(),
                      kMostReserve)) {}

void RetryBudget::ShowIn(Gauge* gauge) {
  gauge_ = gauge;
  Show();
}

bool RetryBudget::TryWithdraw(Nanos now) {
  if (now >= slice_end_) Advance(now);
  const bool granted = sum_ + reserve_ >= kRetry;
  if (granted) {
    slices_[current_] -= kRetry;
    sum_ -= kRetry;
  }
  Show();
  return granted;
}

double RetryBudget::Balance(Nanos now) const {
  RetryBudget then = *this;
  then.gauge_ = nullptr;
  if (now >= slice_end_) then.Advance(now);
  return static_cast<double>(std::max<int64_t>(0, then.sum_ + reserve_)) / kRetry;
}

void RetryBudget::Advance(Nanos now) {
  const int64_t passed = (now - slice_end_) / slice_ + 1;
  for (int64_t i = 0; i < std::min<int64_t>(passed, kSlices); ++i) {
    current_ = (current_ + 1) % kSlices;
    sum_ -= slices_[current_];
    slices_[current_] = 0;
  }
  slice_end_ += passed * slice_;
  Show();
}

void RetryBudget::Show() {
  if (gauge_ == nullptr) return;
  gauge_->Set(static_cast<double>(std::max<int64_t>(0, sum_ + reserve_) / kRetry));
}

}  // namespace heddle
