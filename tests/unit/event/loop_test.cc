#include "lib/event/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "lib/event/fd_watcher.h"
#include "lib/event/signal_watcher.h"

namespace heddle {
namespace {

TEST_CASE("posted work runs on the loop in order, never inside Post", "[event]") {
  Loop loop;
  std::vector<int> order;
  loop.Post([&] {
    order.push_back(1);
    loop.Post([&] { order.push_back(3); });
    order.push_back(2);
  });
  REQUIRE(order.empty());
  loop.RunReady();
  loop.RunReady();
  REQUIRE(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("threads post into a running loop; everything arrives, each thread's in order", "[event]") {
  Loop loop;
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  std::vector<int> next(kThreads, 0);
  int left = kThreads * kEach;
  bool in_order = true;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        loop.Post([&, t, i] {
          in_order = in_order && loop.InLoopThread() && next[t]++ == i;
          if (--left == 0) loop.Stop();
        });
      }
    });
  }
  loop.Run();
  for (auto& thread : threads) thread.join();
  REQUIRE(in_order);
  REQUIRE(left == 0);
}

TEST_CASE("a stop that comes before Run is not lost, and Run may be called again", "[event]") {
  Loop loop;
  loop.Stop();
  loop.Run();
  int runs = 0;
  loop.Post([&] {
    ++runs;
    loop.Stop();
  });
  loop.Run();
  REQUIRE(runs == 1);
}

TEST_CASE("deferred work runs after the callback that deferred it", "[event]") {
  Loop loop;
  std::vector<int> order;
  loop.Post([&] {
    loop.Defer([&] { order.push_back(2); });
    order.push_back(1);
  });
  loop.Post([&] { order.push_back(3); });
  loop.RunReady();
  REQUIRE(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("work that was not run is dropped with the loop", "[event]") {
  auto token = std::make_shared<int>(1);
  {
    Loop loop;
    loop.Post([token] { FAIL("the loop never ran"); });
    loop.Defer([token] { FAIL("the loop never ran"); });
    REQUIRE(token.use_count() == 3);
  }
  REQUIRE(token.use_count() == 1);
}

TEST_CASE("the time stands still within a batch", "[event]") {
  FakeClock clock;
  Loop loop(clock);
  loop.Post([&] {
    const Nanos before = loop.Now();
    clock.Advance(Millis(7));
    REQUIRE(loop.Now() == before);
  });
  loop.RunReady();
  REQUIRE(loop.Now() == clock.Now());
}

TEST_CASE("a descriptor is followed until its watcher goes, also inside the callback", "[event]") {
  Loop loop;
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  int readable = 0;
  std::unique_ptr<FdWatcher> watcher;
  watcher = std::make_unique<FdWatcher>(loop, fd, [&](FdWatcher::Ready ready) {
    if (ready.readable && ++readable == 2) watcher.reset();
  });
  watcher->Update(true, false);
  loop.RunReady();
  REQUIRE(readable == 0);
  REQUIRE(eventfd_write(fd, 1) == 0);
  for (int i = 0; i < 4; ++i) loop.RunReady();
  REQUIRE(readable == 2);
  close(fd);
}

TEST_CASE("a signal is an event", "[event]") {
  Loop loop;
  int received = 0;
  SignalWatcher watcher(loop, {SIGUSR1, SIGUSR2}, [&](int number) { received = number; });
  raise(SIGUSR2);
  while (received == 0) loop.RunOnce(std::chrono::seconds(5));
  REQUIRE(received == SIGUSR2);
}

}  // namespace
}  // namespace heddle
