// Timers for connections and requests: starting, restarting and cancelling are O(1) and allocate nothing.
// Source: G. Varghese, T. Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987).
#ifndef HEDDLE_LIB_EVENT_TIMER_H_
#define HEDDLE_LIB_EVENT_TIMER_H_

#include "absl/functional/any_invocable.h"
#include "lib/base/clock.h"
#include "lib/event/loop.h"

namespace heddle {

// A node of an intrusive ring; the wheel's slots are rings of timers.
struct TimerNode {
  TimerNode* prev = nullptr;
  TimerNode* next = nullptr;
};

// Fires once for each Start. Embedded in what it times; destroying it cancels it. Loop thread only.
class Timer : private TimerNode {
 public:
  // `on_fire` runs on the loop, outside every other callback; it may restart or destroy the timer.
  Timer(Loop& loop, absl::AnyInvocable<void()> on_fire);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Fires after `delay`, rounded up to the next millisecond; a negative delay counts as 0. Restarts a running
  // timer.
  void Start(Nanos delay);
  void Cancel();
  bool running() const { return next != nullptr; }

 private:
  friend class TimerWheel;
  Loop& loop_;
  absl::AnyInvocable<void()> on_fire_;
  Nanos deadline_{0};
};

}  // namespace heddle

#endif  // HEDDLE_LIB_EVENT_TIMER_H_
