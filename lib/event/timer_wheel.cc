#include "lib/event/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "lib/base/check.h"

namespace heddle {
namespace {

// Far beyond any use, and well inside the wheel's range of 64^7 ms.
constexpr uint64_t kLongestTicks = uint64_t{1} << 41;

bool IsEmpty(const TimerNode& ring) { return ring.next == &ring; }

void Clear(TimerNode* ring) { ring->prev = ring->next = ring; }

}  // namespace

TimerWheel::TimerWheel(TimerAlarm& alarm, Nanos now) : alarm_(alarm), tick_(TickOf(now)) {
  for (TimerNode& slot : slots_) Clear(&slot);
}

TimerWheel::~TimerWheel() {
  for (const TimerNode& slot : slots_) HEDDLE_CHECK(IsEmpty(slot));
}

uint64_t TimerWheel::TickOf(Nanos time) {
  return static_cast<uint64_t>(std::chrono::duration_cast<Millis>(time).count());
}

void TimerWheel::Add(Timer& timer) {
  Place(timer);
  if (advancing_) return;  // Advance sets the alarm when it is done
  const uint64_t due = TickOf(timer.deadline_);
  if (due >= alarm_tick_) return;
  alarm_tick_ = due;
  alarm_.WakeAt(due);
}

void TimerWheel::Place(Timer& timer) {
  const uint64_t due = std::clamp(TickOf(timer.deadline_), tick_, tick_ + kLongestTicks);
  const int highest_bit = 63 - std::countl_zero((due ^ tick_) | 1);
  const int level = std::min(highest_bit / kBits, kLevels - 1);
  const int slot = static_cast<int>(due >> (level * kBits)) & (kSlots - 1);
  occupied_[level] |= uint64_t{1} << slot;
  TimerNode* ring = &slots_[level * kSlots + slot];
  timer.prev = ring->prev;
  timer.next = ring;
  ring->prev->next = &timer;
  ring->prev = &timer;
}

void TimerWheel::Remove(Timer& timer) {
  TimerNode* prev = timer.prev;
  TimerNode* next = timer.next;
  prev->next = next;
  next->prev = prev;
  timer.prev = timer.next = nullptr;
  if (prev != next) return;
  // The ring is empty; it may also be the one Advance has taken out of its slot.
  const std::less<const TimerNode*> before;
  if (before(prev, slots_.data()) || !before(prev, slots_.data() + slots_.size())) return;
  const auto index = prev - slots_.data();
  if (IsEmpty(*prev)) occupied_[index / kSlots] &= ~(uint64_t{1} << (index % kSlots));
}

void TimerWheel::Forget(const Timer& timer) {
  if (firing_ == &timer) firing_ = nullptr;
}

uint64_t TimerWheel::NextSlot(int* level, int* slot) const {
  // A timer shares all bits above its level's with the current tick: lower levels come first, lower slots
  // come first.
  for (int l = 0; l < kLevels; ++l) {
    if (occupied_[l] == 0) continue;
    *level = l;
    *slot = std::countr_zero(occupied_[l]);
    const uint64_t above = tick_ >> ((l + 1) * kBits) << ((l + 1) * kBits);
    return above | (static_cast<uint64_t>(*slot) << (l * kBits));
  }
  return kNever;
}

void TimerWheel::Take(int level, int slot, TimerNode* ring) {
  TimerNode& from = slots_[level * kSlots + slot];
  occupied_[level] &= ~(uint64_t{1} << slot);
  *ring = from;
  ring->next->prev = ring;
  ring->prev->next = ring;
  Clear(&from);
}

int TimerWheel::Advance(Nanos now) {
  const uint64_t now_tick = TickOf(now);
  int fired = 0;
  advancing_ = true;
  alarm_tick_ = kNever;
  while (true) {
    int level = 0;
    int slot = 0;
    const uint64_t next = NextSlot(&level, &slot);
    if (next > now_tick) break;
    tick_ = std::max(tick_, next);
    TimerNode ring;
    Take(level, slot, &ring);
    if (level == 0) {
      fired += Fire(&ring);
      if (tick_ == now_tick) break;  // what was started meanwhile for this very tick waits
      continue;
    }
    while (!IsEmpty(ring)) {
      Timer& timer = *static_cast<Timer*>(ring.next);
      Remove(timer);
      Place(timer);
    }
  }
  advancing_ = false;
  tick_ = std::max(tick_, now_tick);
  int level = 0;
  int slot = 0;
  const uint64_t next = NextSlot(&level, &slot);
  if (next != kNever) {
    alarm_tick_ = next;
    alarm_.WakeAt(next);
  }
  return fired;
}

int TimerWheel::Fire(TimerNode* ring) {
  int fired = 0;
  while (!IsEmpty(*ring)) {
    Timer& timer = *static_cast<Timer*>(ring->next);
    Remove(timer);
    // The callback may destroy the timer it belongs to: it runs from here, and returns only to a timer that
    // lives.
    firing_ = &timer;
    auto on_fire = std::move(timer.on_fire_);
    on_fire();
    ++fired;
    if (firing_ != nullptr) timer.on_fire_ = std::move(on_fire);
    firing_ = nullptr;
  }
  return fired;
}

}  // namespace heddle
