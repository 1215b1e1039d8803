#include "lib/event/timer.h"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <vector>

#include "lib/base/random.h"

namespace heddle {
namespace {

struct Fixture {
  FakeClock clock;
  Loop loop{clock};
  void Pass(Nanos by) {
    clock.Advance(by);
    loop.RunReady();
  }
};

TEST_CASE("a timer fires once, when it is due and not before", "[event]") {
  Fixture f;
  int fired = 0;
  Timer timer(f.loop, [&] { ++fired; });
  timer.Start(Millis(10));
  REQUIRE(timer.running());
  f.Pass(Millis(9));
  REQUIRE(fired == 0);
  f.Pass(Millis(1));
  REQUIRE(fired == 1);
  REQUIRE_FALSE(timer.running());
  f.Pass(std::chrono::hours(1));
  REQUIRE(fired == 1);
}

TEST_CASE("a delay is rounded up to the next millisecond", "[event]") {
  Fixture f;
  int fired = 0;
  Timer timer(f.loop, [&] { ++fired; });
  timer.Start(std::chrono::microseconds(300));
  f.loop.RunReady();
  REQUIRE(fired == 0);
  f.Pass(Millis(1));
  REQUIRE(fired == 1);
  timer.Start(Nanos(-5));
  f.loop.RunReady();
  REQUIRE(fired == 2);
}

TEST_CASE("a restart moves the deadline, a cancel removes it", "[event]") {
  Fixture f;
  int fired = 0;
  Timer timer(f.loop, [&] { ++fired; });
  timer.Start(Millis(5));
  timer.Start(Millis(500));
  f.Pass(Millis(499));
  REQUIRE(fired == 0);
  f.Pass(Millis(1));
  REQUIRE(fired == 1);
  timer.Start(Millis(5));
  timer.Cancel();
  f.Pass(Millis(50));
  REQUIRE(fired == 1);
}

TEST_CASE("a callback may restart, cancel and destroy timers", "[event]") {
  Fixture f;
  std::vector<int> order;
  auto doomed = std::make_unique<Timer>(f.loop, [] { FAIL("was cancelled"); });
  std::unique_ptr<Timer> self;
  auto owned = std::make_shared<int>(7);
  self = std::make_unique<Timer>(f.loop, [&self, &order, owned] {
    self.reset();
    order.push_back(*owned);  // the callback itself is still there
  });
  Timer again(f.loop, [&] {
    doomed.reset();
    order.push_back(1);
    if (order.size() < 3) again.Start(Millis(0));
  });
  again.Start(Millis(3));
  doomed->Start(Millis(3));
  self->Start(Millis(3));
  f.Pass(Millis(3));
  f.Pass(Millis(1));
  f.Pass(Millis(1));
  REQUIRE(order == std::vector<int>{1, 7, 1});
}

TEST_CASE("timers agree with a plain ordered list over any mix of delays", "[event]") {
  Fixture f;
  Random random(42);
  constexpr int kTimers = 300;
  std::vector<std::unique_ptr<Timer>> timers;
  std::map<int, Nanos> due;  // the model
  int fired = 0;
  for (int i = 0; i < kTimers; ++i) {
    timers.push_back(std::make_unique<Timer>(f.loop, [&, i] {
      ++fired;
      REQUIRE(due.count(i) == 1);
      REQUIRE(due[i] <= f.clock.Now());
      due.erase(i);
    }));
  }
  const uint32_t spans[] = {2, 70, 5000, 300'000, 20'000'000};
  for (int step = 0; step < 5000; ++step) {
    const int i = static_cast<int>(random.Below(kTimers));
    if (random.Below(4) == 0) {
      timers[i]->Cancel();
      due.erase(i);
    } else {
      const Millis delay(random.Below(spans[random.Below(5)]));
      timers[i]->Start(delay);
      due[i] = f.clock.Now() + delay;
    }
    f.Pass(Millis(random.Below(spans[random.Below(3)])));
    for (const auto& [index, deadline] : due) REQUIRE(deadline >= f.clock.Now());
  }
  REQUIRE(fired > 1000);
}

TEST_CASE("on the machine's clock a timer wakes the loop by itself", "[event]") {
  Loop loop;
  const Nanos start = loop.Now();
  Nanos end{0};
  Timer late(loop, [] { FAIL("far in the future"); });
  Timer soon(loop, [&] {
    end = loop.clock().Now();
    loop.Stop();
  });
  late.Start(std::chrono::hours(1));
  soon.Start(Millis(3));
  loop.Run();
  REQUIRE(end - start >= Millis(3));
}

}  // namespace
}  // namespace heddle
