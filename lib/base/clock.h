// Time as a dependency: real in the programs, advanced by hand in tests.
#ifndef HEDDLE_LIB_BASE_CLOCK_H_
#define HEDDLE_LIB_BASE_CLOCK_H_

#include <chrono>
#include <cstdint>

namespace heddle {

using Nanos = std::chrono::nanoseconds;
using Millis = std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  // Monotonic, from an arbitrary origin. Thread-safe.
  virtual Nanos Now() const = 0;
  // Since the Unix epoch. Thread-safe.
  virtual Nanos WallNow() const = 0;

  // The machine's clock; lives for ever.
  static const Clock& Real();
};

// Stands still until told. One thread.
class FakeClock : public Clock {
 public:
  Nanos Now() const override { return now_; }
  Nanos WallNow() const override { return wall_start_ + now_; }
  void Advance(Nanos by) { now_ += by; }

 private:
  Nanos now_{std::chrono::seconds(1)};
  Nanos wall_start_{std::chrono::seconds(1'700'000'000)};
};

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_CLOCK_H_
