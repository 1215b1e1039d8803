#include "lib/net/listener.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "lib/base/log.h"
#include "tests/unit/net/peers.h"

namespace heddle {
namespace {

const SocketAddress kAnyPort = *SocketAddress::Parse("127.0.0.1", 0);

struct Accepting {
  explicit Accepting(Loop& l) : loop(l) {
    listener = *Listener::Listen(loop, kAnyPort, {}, [this](std::unique_ptr<Connection> c) {
      accepted.push_back(std::move(c));
      if (on_accept) on_accept();
    });
  }
  std::unique_ptr<Connection> Dial(Recorder& events) {
    return Connection::Connect(loop, listener->address(), Millis(0), events);
  }
  Loop& loop;
  std::unique_ptr<Listener> listener;
  std::vector<std::unique_ptr<Connection>> accepted;
  std::function<void()> on_accept;
};

TEST_CASE("a taken port is refused by name", "[net]") {
  Loop loop;
  Accepting first(loop);
  const auto second =
      Listener::Listen(loop, first.listener->address(), {}, [](std::unique_ptr<Connection>) {});
  REQUIRE(absl::IsAlreadyExists(second.status()));
  REQUIRE_THAT(std::string(second.status().message()), Catch::Contains(first.listener->address().ToString()));
}

TEST_CASE("workers share a port when they ask to", "[net]") {
  Loop loop;
  const Listener::Options shared{true, 16, {}};
  auto first = Listener::Listen(loop, kAnyPort, shared, [](std::unique_ptr<Connection>) {});
  REQUIRE(first.ok());
  REQUIRE(Listener::Listen(loop, (*first)->address(), shared, [](std::unique_ptr<Connection>) {}).ok());
}

TEST_CASE("while paused, connections wait and are not lost", "[net]") {
  Loop loop;
  Accepting a(loop);
  a.listener->Pause();
  Recorder events;
  auto client = a.Dial(events);
  while (!events.connected) loop.RunOnce(std::chrono::seconds(5));
  loop.RunReady();
  REQUIRE(a.accepted.empty());
  a.listener->Resume();
  while (a.accepted.empty()) loop.RunOnce(std::chrono::seconds(5));
}

TEST_CASE("stopping takes what is already established", "[net]") {
  Loop loop;
  Accepting a(loop);
  a.listener->Pause();
  Recorder events[3];
  std::vector<std::unique_ptr<Connection>> clients;
  for (auto& e : events) clients.push_back(a.Dial(e));
  while (!(events[0].connected && events[1].connected && events[2].connected)) {
    loop.RunOnce(std::chrono::seconds(5));
  }
  a.listener->StopAccepting();
  REQUIRE(a.accepted.size() == 3);
  Recorder late;
  auto refused = a.Dial(late);
  while (late.error.ok()) loop.RunOnce(std::chrono::seconds(5));
  REQUIRE_FALSE(late.connected);
}

TEST_CASE("a listener may be destroyed inside its accept callback", "[net]") {
  Loop loop;
  Accepting a(loop);
  a.on_accept = [&] { a.listener.reset(); };
  Recorder events;
  auto client = a.Dial(events);
  while (a.accepted.empty()) loop.RunOnce(std::chrono::seconds(5));
  REQUIRE(a.listener == nullptr);
}

TEST_CASE("out of descriptors, it waits without spinning and then goes on", "[net]") {
  FakeClock clock;
  Loop loop(clock);
  Accepting a(loop);
  // The undefined-behaviour sanitizer needs descriptors when it meets a type first: let it meet those of the
  // log and of an accept now.
  SetLogLevel(LogLevel::kError);
  Log(LogLevel::kWarning) << "";
  Recorder earlier;
  auto first = a.Dial(earlier);
  while (a.accepted.empty()) loop.RunOnce(std::chrono::seconds(5));
  a.accepted.clear();
  Recorder events;
  auto client = a.Dial(events);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  std::vector<int> taken;
  const int lowest_free = dup(0);
  close(lowest_free);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest_free);
  setrlimit(RLIMIT_NOFILE, &none);
  while (!events.connected) loop.RunOnce(std::chrono::seconds(5));
  loop.RunReady();
  REQUIRE(a.accepted.empty());
  setrlimit(RLIMIT_NOFILE, &before);
  loop.RunReady();
  REQUIRE(a.accepted.empty());  // it does not try again before its time
  SetLogLevel(LogLevel::kInfo);
  clock.Advance(Millis(100));
  loop.RunReady();
  while (a.accepted.empty()) loop.RunOnce(std::chrono::seconds(5));
}

}  // namespace
}  // namespace heddle
