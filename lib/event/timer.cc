#include "lib/event/timer.h"

#include <algorithm>
#include <utility>

#include "lib/event/timer_wheel.h"

namespace heddle {

Timer::Timer(Loop& loop, absl::AnyInvocable<void()> on_fire) : loop_(loop), on_fire_(std::move(on_fire)) {}

Timer::~Timer() {
  Cancel();
  loop_.timers().Forget(*this);
}

void Timer::Start(Nanos delay) {
  Cancel();
  const Nanos wait = std::clamp<Nanos>(delay, Nanos(0), std::chrono::hours(24 * 365));
  deadline_ = loop_.Now() + wait + Millis(1) - Nanos(1);  // the wheel rounds down
  loop_.timers().Add(*this);
}

void Timer::Cancel() {
  if (running()) loop_.timers().Remove(*this);
}

}  // namespace heddle
