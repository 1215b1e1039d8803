#include "proxy/breaker/failure_accrual.h"

namespace heddle {

FailureAccrual::FailureAccrual(const AccrualConfig& config, uint64_t seed)
    : config_(config), random_(seed), rate_(config) {}

FailureAccrual::Change FailureAccrual::Record(bool success, Nanos now) {
  switch (state_) {
    case State::kClosed:
      if (!TooManyFailures(success, now)) return Change::kNone;
      removed_since_ = now;
      Remove(now);
      return Change::kRemoved;
    case State::kOpen:
      // Sent before it was taken out: the probe decides.
      return Change::kNone;
    case State::kProbing:
      if (success) {
        Revive();
        return Change::kRevived;
      }
      if (early_) {
        state_ = State::kOpen;
        return Change::kNone;
      }
      Remove(now);
      return Change::kProbeFailed;
  }
  return Change::kNone;
}

bool FailureAccrual::TooManyFailures(bool success, Nanos now) {
  if (rate_.measures()) {
    rate_.Add(success, now);
    return !success && rate_.TooLow(now);
  }
  failures_ = success ? 0 : failures_ + 1;
  return config_.kind == AccrualConfig::Kind::kConsecutiveFailures && failures_ >= config_.failures;
}

void FailureAccrual::Remove(Nanos now) {
  state_ = State::kOpen;
  removed_for_ = backoff_.Next(config_.backoff, random_);
  until_ = now + removed_for_;
}

void FailureAccrual::Revive() {
  state_ = State::kClosed;
  failures_ = 0;
  rate_ = SuccessRate(config_);
  backoff_.Reset();
}

}  // namespace heddle
