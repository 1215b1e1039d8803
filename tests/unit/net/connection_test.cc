#include "lib/net/connection.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "lib/net/lingering_closer.h"
#include "tests/unit/net/peers.h"

namespace heddle {
namespace {

std::string Pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

TEST_CASE("bytes travel both ways, and each end knows the other's address", "[net]") {
  Loop loop;
  Pair pair(loop);
  REQUIRE(pair.client->peer() == pair.listener->address());
  REQUIRE(pair.client->local() == pair.server->peer());
  pair.client->Write("ping");
  pair.Until([&] { return pair.server_events.received == "ping"; });
  pair.server->Write("po");
  pair.server->Write("ng");
  pair.Until([&] { return pair.client_events.received == "pong"; });
  REQUIRE(pair.client->buffered() == 0);
}

TEST_CASE("what is written before the connection stands is sent when it does", "[net]") {
  Loop loop;
  Pair first(loop);
  Recorder events;
  first.server.reset();
  auto client = Connection::Connect(loop, first.listener->address(), Millis(0), events);
  client->Write("early ");
  client->Write("bird");
  first.Until([&] { return first.server != nullptr && first.server_events.received == "early bird"; });
}

TEST_CASE("what the kernel does not take is buffered, in order, and the end is told", "[net]") {
  Loop loop;
  Pair pair(loop);
  pair.server->PauseReading();
  const std::string data = Pattern(24 << 20);
  for (size_t at = 0; at < data.size(); at += 100'000) {
    pair.client->Write(absl::string_view(data).substr(at, 100'000));
  }
  REQUIRE(pair.client->buffered() > Connection::kHighWater);
  REQUIRE(pair.client_events.drained == 0);
  loop.RunOnce(Millis(1));
  REQUIRE(pair.server_events.received.empty());
  pair.server->ResumeReading();
  pair.client->Shutdown();
  pair.Until([&] { return pair.server_events.eof; });
  REQUIRE((pair.server_events.received == data));
  REQUIRE(pair.client_events.drained == 1);
  REQUIRE(pair.client->buffered() == 0);
}

TEST_CASE("one direction may end while the other goes on", "[net]") {
  Loop loop;
  Pair pair(loop);
  pair.client->Write("question");
  pair.client->Shutdown();
  pair.Until([&] { return pair.server_events.eof; });
  REQUIRE(pair.server->read_ended());
  pair.server->Write("answer");
  pair.server.reset();
  pair.Until([&] { return pair.client_events.eof; });
  REQUIRE(pair.client_events.received == "answer");
  REQUIRE(pair.client_events.error.ok());
}

TEST_CASE("a reset is an error, not an end", "[net]") {
  Loop loop;
  Pair pair(loop);
  pair.server->Reset();
  pair.Until([&] { return !pair.client_events.error.ok(); });
  REQUIRE(absl::IsUnavailable(pair.client_events.error));
  REQUIRE_FALSE(pair.client_events.eof);
  REQUIRE_THAT(std::string(pair.client_events.error.message()),
               Catch::Contains(pair.listener->address().ToString()));
  REQUIRE_FALSE(pair.client->connected());
}

TEST_CASE("a failed write still lets what was received be read, then it is an error", "[net]") {
  Loop loop;
  Pair pair(loop);
  pair.client->Write("unread by the server");
  pair.server->Write("early answer");
  pair.server->Reset();
  for (int i = 0; i < 3; ++i) pair.client->Write("more");
  pair.Until([&] { return !pair.client_events.error.ok(); });
  REQUIRE(absl::IsUnavailable(pair.client_events.error));
  REQUIRE_FALSE(pair.client_events.eof);
}

TEST_CASE("a refused connection says who refused", "[net]") {
  Loop loop;
  SocketAddress closed_port;
  {
    Pair pair(loop);
    closed_port = pair.listener->address();
  }
  Recorder events;
  auto client = Connection::Connect(loop, closed_port, std::chrono::seconds(5), events);
  while (events.error.ok()) loop.RunOnce(std::chrono::seconds(5));
  REQUIRE(absl::IsUnavailable(events.error));
  REQUIRE_THAT(std::string(events.error.message()), Catch::Contains(closed_port.ToString()));
  REQUIRE_FALSE(events.connected);
}

TEST_CASE("a connect that is not answered fails at its timeout", "[net]") {
  FakeClock clock;
  Loop loop(clock);
  // A full backlog drops the handshake: nobody accepts, and the queue holds two at most.
  auto listener = Listener::Listen(loop, *SocketAddress::Parse("127.0.0.1", 0), {false, 0, {}},
                                   [](std::unique_ptr<Connection>) {});
  REQUIRE(listener.ok());
  (*listener)->Pause();
  Recorder fillers[4];
  std::vector<std::unique_ptr<Connection>> connections;
  for (auto& filler : fillers) {
    connections.push_back(Connection::Connect(loop, (*listener)->address(), Millis(0), filler));
  }
  loop.RunOnce(Millis(10));
  Recorder events;
  auto client = Connection::Connect(loop, (*listener)->address(), Millis(300), events);
  clock.Advance(Millis(299));
  loop.RunReady();
  REQUIRE(events.error.ok());
  clock.Advance(Millis(1));
  loop.RunReady();
  REQUIRE(absl::IsDeadlineExceeded(events.error));
}

TEST_CASE("a buffer that nobody empties has a limit", "[net]") {
  Loop loop;
  Pair pair(loop);
  pair.server->PauseReading();
  pair.client->set_buffer_limit(1 << 20);
  const std::string data(8 << 20, 'x');
  for (int i = 0; i < 4; ++i) pair.client->Write(data);
  REQUIRE(pair.client_events.error.ok());  // never from inside Write
  pair.Until([&] { return !pair.client_events.error.ok(); });
  REQUIRE(absl::IsResourceExhausted(pair.client_events.error));
}

TEST_CASE("a connection may be destroyed inside its own callback", "[net]") {
  Loop loop;
  Pair pair(loop);
  pair.server_events.on_data = [&] { pair.server.reset(); };
  pair.client->Write("x");
  pair.Until([&] { return pair.client_events.eof || !pair.client_events.error.ok(); });
  REQUIRE(pair.server == nullptr);
}

TEST_CASE("a lingering close delivers the last answer to a peer that is still sending", "[net]") {
  FakeClock clock;
  Loop loop(clock);
  Pair pair(loop);
  LingeringCloser closer(loop);
  pair.client->Write("much more than the server wants");
  pair.server->Write("go away");
  closer.Close(std::move(pair.server));
  pair.Until([&] { return pair.client_events.eof; });
  REQUIRE(pair.client_events.received == "go away");
  REQUIRE(pair.client_events.error.ok());
  REQUIRE(closer.size() == 1);

  SECTION("it ends with the peer") {
    pair.client.reset();
    pair.Until([&] { return closer.size() == 0; });
  }
  SECTION("it ends after a while") {
    clock.Advance(std::chrono::seconds(2));
    loop.RunReady();
    REQUIRE(closer.size() == 0);
  }
}

TEST_CASE("a lingering close waits for a peer that reads slowly, not for one that does not read", "[net]") {
  FakeClock clock;
  Loop loop(clock);
  Pair pair(loop);
  LingeringCloser closer(loop);
  pair.client->PauseReading();
  const std::string data = Pattern(24 << 20);
  pair.server->Write(data);
  REQUIRE(pair.server->buffered() > 0);
  closer.Close(std::move(pair.server));
  const auto wait = [&] {
    clock.Advance(std::chrono::seconds(2));
    loop.RunReady();
  };

  SECTION("it reads in the end") {
    for (int i = 0; i < 20; ++i) wait();
    pair.client->ResumeReading();
    pair.Until([&] { return pair.client_events.eof; });
    REQUIRE((pair.client_events.received == data));
  }
  SECTION("it reads a part, then another") {
    const auto read = [&](size_t size) {
      pair.client->ResumeReading();
      pair.Until([&] { return pair.client_events.received.size() >= size; });
      pair.client->PauseReading();
    };
    for (size_t size = 6 << 20; size <= 18 << 20; size += 6 << 20) {
      for (int i = 0; i < 20; ++i) wait();
      read(size);
    }
    REQUIRE(closer.size() == 1);
  }
  SECTION("it never does") {
    for (int i = 0; i < 40; ++i) wait();
    REQUIRE(closer.size() == 0);
  }
}

}  // namespace
}  // namespace heddle
