#include "lib/base/clock.h"

namespace heddle {
namespace {

class RealClock : public Clock {
 public:
  Nanos Now() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
  Nanos WallNow() const override { return std::chrono::system_clock::now().time_since_epoch(); }
};

}  // namespace

const Clock& Clock::Real() {
  static const RealClock clock;
  return clock;
}

}  // namespace heddle
