// Both ends of a connection, recorded, for the tests of lib/net.
#ifndef HEDDLE_TESTS_UNIT_NET_PEERS_H_
#define HEDDLE_TESTS_UNIT_NET_PEERS_H_

#include <functional>
#include <memory>
#include <string>

#include "lib/base/check.h"
#include "lib/net/connection.h"
#include "lib/net/listener.h"

namespace heddle {

struct Recorder : Connection::Handler {
  void OnConnected() override { connected = true; }
  void OnData(absl::string_view data) override {
    received.append(data.data(), data.size());
    if (on_data) on_data();
  }
  void OnEof() override { eof = true; }
  void OnError(absl::Status e) override { error = std::move(e); }
  void OnDrained() override { ++drained; }

  bool connected = false;
  bool eof = false;
  int drained = 0;
  absl::Status error;
  std::string received;
  std::function<void()> on_data;
};

// A listener on a free port of 127.0.0.1, its accepted connection, and a client.
struct Pair {
  explicit Pair(Loop& l) : loop(l) {
    auto listening = Listener::Listen(loop, *SocketAddress::Parse("127.0.0.1", 0), {},
                                      [this](std::unique_ptr<Connection> c) {
                                        server = std::move(c);
                                        server->Start(server_events);
                                      });
    HEDDLE_CHECK(listening.ok());
    listener = *std::move(listening);
    client = Connection::Connect(loop, listener->address(), Millis(0), client_events);
    Until([this] { return server != nullptr && client_events.connected; });
  }
  void Until(const std::function<bool()>& done) {
    while (!done()) loop.RunOnce(std::chrono::seconds(10));
  }

  Loop& loop;
  Recorder server_events;
  Recorder client_events;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Connection> server;
  std::unique_ptr<Connection> client;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_NET_PEERS_H_
