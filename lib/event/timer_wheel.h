// The timers of one loop: a hierarchical wheel of 1 ms ticks. Used through Timer; Loop drives it.
//
// Seven levels of 64 slots. A timer due at tick d is kept on the level of the highest group of 6 bits in
// which d differs from the current tick, so a slot of level n is 64^n ticks wide; when the clock reaches it,
// its timers move down. Source: G. Varghese, T. Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987),
// scheme 7.
#ifndef HEDDLE_LIB_EVENT_TIMER_WHEEL_H_
#define HEDDLE_LIB_EVENT_TIMER_WHEEL_H_

#include <array>
#include <cstdint>

#include "lib/base/clock.h"
#include "lib/event/timer.h"

namespace heddle {

// What wakes the wheel's thread.
class TimerAlarm {
 public:
  virtual ~TimerAlarm() = default;
  // Call TimerWheel::Advance once `tick` (milliseconds of the clock) has come. Replaces the wish before.
  virtual void WakeAt(uint64_t tick) = 0;
};

class TimerWheel {
 public:
  static constexpr uint64_t kNever = UINT64_MAX;

  // `alarm` outlives the wheel. Starts at `now`.
  TimerWheel(TimerAlarm& alarm, Nanos now);
  // REQUIRES: no timer is running.
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Fires what is due at `now`; a timer started meanwhile waits for the next call. Then asks for the next
  // alarm. Returns how many fired.
  int Advance(Nanos now);

  // For Timer. Places a timer that is not running at `timer.deadline_`; asks for an earlier alarm only if the
  // one that is set would be late, so that restarting timers costs no poller call.
  void Add(Timer& timer);
  void Remove(Timer& timer);
  // The timer is being destroyed.
  void Forget(const Timer& timer);

 private:
  static constexpr int kLevels = 7;
  static constexpr int kBits = 6;
  static constexpr int kSlots = 1 << kBits;

  static uint64_t TickOf(Nanos time);
  void Place(Timer& timer);
  // The first tick at which a slot that holds timers begins, and that slot; kNever if there is none.
  uint64_t NextSlot(int* level, int* slot) const;
  // Moves the slot's timers to `ring`.
  void Take(int level, int slot, TimerNode* ring);
  int Fire(TimerNode* ring);

  TimerAlarm& alarm_;
  uint64_t tick_;
  uint64_t alarm_tick_ = kNever;
  const Timer* firing_ = nullptr;
  bool advancing_ = false;
  std::array<uint64_t, kLevels> occupied_{};  // a bit a slot
  std::array<TimerNode, kLevels * kSlots> slots_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_EVENT_TIMER_WHEEL_H_
