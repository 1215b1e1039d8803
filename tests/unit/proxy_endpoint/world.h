// A pool with an endpoint, for the tests of proxy/endpoint.
#ifndef HEDDLE_TESTS_UNIT_PROXY_ENDPOINT_WORLD_H_
#define HEDDLE_TESTS_UNIT_PROXY_ENDPOINT_WORLD_H_

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/loop.h"
#include "lib/net/listener.h"
#include "lib/stats/metrics_tree.h"
#include "proxy/endpoint/endpoint_pool.h"

namespace heddle {

inline constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Writes down what an exchange comes to.
struct Heard : ExchangeHandler {
  void OnInterim(absl::string_view, const Head& head) override { interims.push_back(head.status); }
  void OnResponse(const Response& response) override {
    status = response.head.status;
    tunnel = response.tunnel;
    OnResponseBody(response.body, response.complete);
  }
  void OnResponseBody(absl::string_view more, bool last) override {
    body.append(more.data(), more.size());
    over = last;
  }
  void OnFailure(Failure failure, const absl::Status& why) override {
    failed = failure;
    error = std::string(why.message());
    over = true;
  }
  void OnTunnelEof() override { tunnel_ended = true; }
  void OnRequestDrained() override { ++drained; }

  std::vector<int> interims;
  int status = 0;
  std::string body;
  std::optional<Failure> failed;
  std::string error;
  bool over = false;
  bool tunnel = false;
  bool tunnel_ended = false;
  int drained = 0;
};

struct Peer : Connection::Handler {
  void OnData(absl::string_view data) override { in.append(data.data(), data.size()); }
  void OnEof() override { ended = true; }
  void OnError(absl::Status) override { ended = true; }

  std::unique_ptr<Connection> connection;
  std::string in;
  bool ended = false;
};

// A pool and the endpoint it leads to, on one loop whose clock only the test moves.
struct World {
  explicit World(EndpointConfig c = {}) : config(c) {
    auto listening = Listener::Listen(loop, *SocketAddress::Parse("127.0.0.1", 0), {},
                                      [this](std::unique_ptr<Connection> accepted) {
                                        peers.push_back(std::make_unique<Peer>());
                                        peers.back()->connection = std::move(accepted);
                                        peers.back()->connection->Start(*peers.back());
                                      });
    REQUIRE(listening.ok());
    listener = *std::move(listening);
    pool = std::make_unique<EndpointPool>(loop, config, stats, listener->address(), 1.0, 1);
  }
  ~World() {
    pool.reset();
    peers.clear();
    loop.RunReady();
  }

  void Until(const std::function<bool()>& done) {
    for (int i = 0; i < 1000 && !done(); ++i) loop.RunOnce(Millis(5000));
    REQUIRE(done());
  }
  // Lets `time` pass, with a sweep at its end.
  void Pass(Nanos time) {
    clock.Advance(time);
    loop.RunReady();
    pool->Sweep(loop.Now());
    loop.RunReady();
  }
  // A request on a new connection, which has reached the endpoint's connection number `peer`.
  std::unique_ptr<ClientConnection> Ask(Heard& heard, size_t peer, bool to_head = false,
                                        ClientConnection::Tunnel tunnel = ClientConnection::Tunnel::kNever) {
    auto connection = pool->Acquire(/*fresh=*/true);
    connection->Begin(heard, to_head, tunnel);
    connection->Write("GET / HTTP/1.1\r\n\r\n");
    Until([&] { return peers.size() > peer && !peers[peer]->in.empty(); });
    peers[peer]->in.clear();
    return connection;
  }
  // One exchange on a connection of the pool, answered by the endpoint's connection number `peer`.
  Heard Exchange(size_t peer, absl::string_view answer = kOk) {
    Heard heard;
    auto connection = pool->Acquire(/*fresh=*/false);
    connection->Begin(heard, /*to_head=*/false);
    connection->Write("GET / HTTP/1.1\r\n\r\n");
    connection->EndRequest();
    Until([&] { return peers.size() > peer && !peers[peer]->in.empty(); });
    peers[peer]->in.clear();
    peers[peer]->connection->Write(answer);
    Until([&] { return heard.over; });
    pool->Release(std::move(connection));
    return heard;
  }

  FakeClock clock;
  Loop loop{clock};
  MetricsTree metrics;
  const EndpointConfig config;
  ClientStats stats{metrics.root()};
  std::vector<std::unique_ptr<Peer>> peers;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<EndpointPool> pool;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_PROXY_ENDPOINT_WORLD_H_
