#include "proxy/endpoint/endpoint_pool.h"

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

namespace heddle {
namespace {

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Writes down what an exchange comes to.
struct Heard : ExchangeHandler {
  void OnInterim(absl::string_view, const Head& head) override { interims.push_back(head.status); }
  void OnResponse(const Response& response) override {
    status = response.head.status;
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
  void OnRequestDrained() override {}

  std::vector<int> interims;
  int status = 0;
  std::string body;
  std::optional<Failure> failed;
  std::string error;
  bool over = false;
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

TEST_CASE("a connection is used again, and says so") {
  World w;
  CHECK(w.Exchange(0).body == "ok");
  CHECK(w.pool->idle() == 1);
  CHECK(w.Exchange(0).status == 200);
  CHECK(w.peers.size() == 1);
  CHECK(w.stats.connects.value() == 1);
  auto connection = w.pool->Acquire(false);
  Heard heard;
  connection->Begin(heard, false);
  CHECK(connection->reused());
  CHECK(w.pool->outstanding() == 1);
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 0);  // its exchange was not over
}

TEST_CASE("a fresh connection is made where one is asked for, though another is idle") {
  World w;
  w.Exchange(0);
  auto fresh = w.pool->Acquire(/*fresh=*/true);
  Heard heard;
  fresh->Begin(heard, false);
  CHECK_FALSE(fresh->reused());
  CHECK(w.pool->idle() == 1);
  w.pool->Release(std::move(fresh));
}

TEST_CASE("what comes before the response is passed on, and the response is still whole") {
  World w;
  const Heard heard = w.Exchange(0, std::string("HTTP/1.1 103 Early Hints\r\n\r\n") + kOk);
  CHECK(heard.interims == std::vector<int>{103});
  CHECK(heard.body == "ok");
}

TEST_CASE("a connection that cannot be used again is not kept") {
  for (const std::string answer : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                                   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n",
                                   "HTTP/1.0 204 No Content\r\n\r\n"}) {
    World w;
    CHECK_FALSE(w.Exchange(0, answer).failed);
    CHECK(w.pool->idle() == 0);
    w.Until([&] { return w.peers[0]->ended; });
  }
}

TEST_CASE("an idle connection that its endpoint closes, or talks on, leaves the pool at once") {
  World w;
  w.Exchange(0);
  w.peers[0]->connection.reset();
  w.Until([&] { return w.pool->idle() == 0; });
  w.Exchange(1);
  w.peers[1]->connection->Write(kOk);  // must not answer the next request
  w.Until([&] { return w.pool->idle() == 0; });
  CHECK(w.Exchange(2).body == "ok");
  CHECK(w.stats.pool_cached.value() == 1);
}

TEST_CASE("a connection that breaks before its response, or sends what is no HTTP, fails the exchange") {
  World w;
  Heard heard;
  auto connection = w.pool->Acquire(false);
  connection->Begin(heard, false);
  w.Until([&] { return w.peers.size() == 1; });
  w.peers[0]->connection.reset();
  w.Until([&] { return heard.over; });
  CHECK(heard.failed == ExchangeHandler::Failure::kClosed);
  CHECK_FALSE(connection->response_begun());
  w.pool->Release(std::move(connection));
  CHECK(w.Exchange(1, "SSH-2.0-x\r\n\r\n").failed == ExchangeHandler::Failure::kMalformed);
  CHECK(w.pool->idle() == 0);
  CHECK(w.pool->available(w.loop.Now()));  // it can be reached
}

TEST_CASE("no more than max_idle are kept, and none longer than idle_timeout") {
  EndpointConfig config;
  config.max_idle = 1;
  config.idle_timeout = Millis(1000);
  World w(config);
  Heard heard[2];
  std::vector<std::unique_ptr<ClientConnection>> two;
  for (Heard& h : heard) {
    two.push_back(w.pool->Acquire(false));
    two.back()->Begin(h, false);
    two.back()->Write("GET / HTTP/1.1\r\n\r\n");
    two.back()->EndRequest();
  }
  w.Until([&] { return w.peers.size() == 2; });
  for (const auto& peer : w.peers) peer->connection->Write(kOk);
  w.Until([&] { return heard[0].over && heard[1].over; });
  for (auto& connection : two) w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 1);
  w.clock.Advance(Millis(1000));
  w.loop.RunReady();
  w.pool->Sweep(w.loop.Now());
  CHECK(w.pool->idle() == 1);
  w.clock.Advance(Millis(1));
  w.loop.RunReady();
  w.pool->Sweep(w.loop.Now());
  CHECK(w.pool->idle() == 0);
}

TEST_CASE("a retired endpoint closes what is idle, and tells when the last exchange is over") {
  World w;
  w.Exchange(0);
  auto connection = w.pool->Acquire(false);
  bool idle = false;
  w.pool->Retire([&] { idle = true; });
  w.loop.RunReady();
  CHECK_FALSE(idle);
  w.pool->Release(std::move(connection));
  CHECK_FALSE(idle);  // later, from the loop
  w.loop.RunReady();
  CHECK(idle);
  CHECK(w.pool->idle() == 0);
}

TEST_CASE("an endpoint that refuses is out of preference, for longer each time, until a connect succeeds") {
  World w;
  w.listener.reset();
  const auto refused = [&] {
    Heard heard;
    auto connection = w.pool->Acquire(false);
    connection->Begin(heard, false);
    w.Until([&] { return heard.over; });
    CHECK(heard.failed == ExchangeHandler::Failure::kConnect);
    w.pool->Release(std::move(connection));
  };
  for (const Millis down : {Millis(100), Millis(200), Millis(400)}) {
    refused();
    w.clock.Advance(down - Millis(1));
    w.loop.RunReady();
    CHECK_FALSE(w.pool->available(w.loop.Now()));
    w.clock.Advance(Millis(1));
    w.loop.RunReady();
    CHECK(w.pool->available(w.loop.Now()));
  }
  for (int i = 0; i < 2; ++i) refused();  // together: one failure more
  w.clock.Advance(Millis(800));
  w.loop.RunReady();
  CHECK(w.pool->available(w.loop.Now()));
  CHECK(w.stats.connect_failures.value() == 5);
}

TEST_CASE("a connect that nobody answers fails at connect_timeout") {
  EndpointConfig config;
  config.connect_timeout = Millis(300);
  World w(config);
  // A full backlog drops the handshake: nobody accepts, and the queue holds two at most.
  auto full = Listener::Listen(w.loop, *SocketAddress::Parse("127.0.0.1", 0), {false, 0, {}},
                               [](std::unique_ptr<Connection>) {});
  REQUIRE(full.ok());
  (*full)->Pause();
  EndpointPool pool(w.loop, w.config, w.stats, (*full)->address(), 1.0, 1);
  Heard heard[4];
  std::vector<std::unique_ptr<ClientConnection>> connections;
  for (Heard& h : heard) {
    connections.push_back(pool.Acquire(true));
    connections.back()->Begin(h, false);
  }
  w.clock.Advance(Millis(299));
  w.loop.RunReady();
  CHECK_FALSE(heard[3].over);
  w.clock.Advance(Millis(1));
  w.loop.RunReady();
  CHECK(heard[3].failed == ExchangeHandler::Failure::kConnect);
  CHECK_FALSE(pool.available(w.loop.Now()));
  for (auto& connection : connections) pool.Release(std::move(connection));
}

}  // namespace
}  // namespace heddle
