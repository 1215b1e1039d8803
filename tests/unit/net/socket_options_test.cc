#include "lib/net/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/net/write_progress.h"
#include "tests/unit/net/peers.h"

namespace heddle {
namespace {

const SocketAddress kAnyPort = *SocketAddress::Parse("127.0.0.1", 0);

bool OptionOf(Connection& connection, int level, int name) {
  const int fd = connection.Release();
  int value = -1;
  socklen_t length = sizeof(value);
  REQUIRE(getsockopt(fd, level, name, &value, &length) == 0);
  close(fd);
  return value != 0;
}

// Both ends of a connection made with `options` on both sides.
struct Ends {
  Ends(Loop& loop, const SocketOptions& options) {
    auto listening = Listener::Listen(loop, kAnyPort, {false, 16, options},
                                      [this](std::unique_ptr<Connection> c) { server = std::move(c); });
    REQUIRE(listening.ok());
    listener = *std::move(listening);
    client = Connection::Connect(loop, listener->address(), Millis(0), events, options);
    while (server == nullptr || !events.connected) loop.RunOnce(std::chrono::seconds(10));
  }
  Recorder events;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Connection> server;
  std::unique_ptr<Connection> client;
};

TEST_CASE("noDelay and keepAlive hold for connections made and accepted; they have Linkerd's defaults",
          "[net]") {
  Loop loop;
  Ends plain(loop, {});
  CHECK(OptionOf(*plain.server, IPPROTO_TCP, TCP_NODELAY));
  CHECK(OptionOf(*plain.client, IPPROTO_TCP, TCP_NODELAY));
  SocketOptions options;
  options.no_delay = false;
  Ends slow(loop, options);
  CHECK_FALSE(OptionOf(*slow.server, IPPROTO_TCP, TCP_NODELAY));
  CHECK_FALSE(OptionOf(*slow.client, IPPROTO_TCP, TCP_NODELAY));
  for (const bool keep_alive : {false, true}) {
    options.keep_alive = keep_alive;
    Ends ends(loop, options);
    CHECK(OptionOf(*ends.server, SOL_SOCKET, SO_KEEPALIVE) == keep_alive);
    CHECK(OptionOf(*ends.client, SOL_SOCKET, SO_KEEPALIVE) == keep_alive);
  }
}

TEST_CASE("reusePort lets another take the port as well", "[net]") {
  Loop loop;
  Listener::Options options;
  options.socket.reuse_port = true;
  const auto nobody = [](std::unique_ptr<Connection>) {};
  auto first = Listener::Listen(loop, kAnyPort, options, nobody);
  REQUIRE(first.ok());
  CHECK(Listener::Listen(loop, (*first)->address(), options, nobody).ok());
}

TEST_CASE("reuseAddr: without it, a port with a connection of the last listener is still taken", "[net]") {
  Loop loop;
  for (const bool reuse : {true, false}) {
    SocketOptions options;
    options.reuse_address = reuse;
    Ends ends(loop, options);
    const SocketAddress address = ends.listener->address();
    ends.listener.reset();
    const auto again =
        Listener::Listen(loop, address, {false, 16, options}, [](std::unique_ptr<Connection>) {});
    CHECK(again.ok() == reuse);
  }
}

TEST_CASE("a backlog that is given wins: with a short one, most connects find no room", "[net]") {
  Loop loop;
  Listener::Options options;
  options.socket.backlog = 1;
  auto listener = Listener::Listen(loop, kAnyPort, options, [](std::unique_ptr<Connection>) {});
  REQUIRE(listener.ok());
  (*listener)->Pause();
  Recorder events[8];
  std::vector<std::unique_ptr<Connection>> connections;
  for (Recorder& each : events) {
    connections.push_back(Connection::Connect(loop, (*listener)->address(), Millis(0), each));
  }
  for (int i = 0; i < 20; ++i) loop.RunReady();
  CHECK(std::count_if(std::begin(events), std::end(events), [](Recorder& each) { return each.connected; }) <=
        3);
}

TEST_CASE("a writer is stalled when nothing leaves for as long as the limit, whatever is added", "[net]") {
  Loop loop;
  Pair pair(loop);
  WriteProgress progress;
  const Millis limit(1000);
  Nanos now = std::chrono::seconds(100);
  CHECK_FALSE(progress.Stalled(*pair.client, now, limit));
  now += 10 * limit;
  CHECK_FALSE(progress.Stalled(*pair.client, now, limit));  // nothing waits
  pair.server->PauseReading();
  const std::string data(16 << 20, 'x');
  pair.client->Write(data);
  REQUIRE(pair.client->buffered() > 0);
  CHECK_FALSE(progress.Stalled(*pair.client, now, limit));
  now += limit - Millis(1);
  pair.client->Write("more");
  CHECK_FALSE(progress.Stalled(*pair.client, now, limit));
  now += Millis(1);
  CHECK(progress.Stalled(*pair.client, now, limit));
  CHECK_FALSE(progress.Stalled(*pair.client, now, Millis(0)));  // no limit
  const uint64_t sent = pair.client->sent();
  pair.server->ResumeReading();
  pair.Until([&] { return pair.client->sent() > sent; });
  CHECK_FALSE(progress.Stalled(*pair.client, now, limit));
}

}  // namespace
}  // namespace heddle
