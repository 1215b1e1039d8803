#include "proxy/endpoint/endpoint_pool.h"

#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/proxy_endpoint/world.h"

namespace heddle {
namespace {

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
}

TEST_CASE("whether an unreachable endpoint is back is found out by one connect at a time") {
  World w;
  const SocketAddress address = w.listener->address();
  w.listener.reset();
  Heard refused;
  auto connection = w.pool->Acquire(false);
  connection->Begin(refused, false);
  w.Until([&] { return refused.over; });
  w.pool->Release(std::move(connection));
  w.Pass(Millis(100));
  CHECK(w.pool->available(w.loop.Now()));
  connection = w.pool->Acquire(false);
  CHECK_FALSE(w.pool->available(w.loop.Now()));
  CHECK_FALSE(w.pool->usable(w.loop.Now(), /*any=*/true));
  w.pool->Release(std::move(connection));  // given up before it has told
  w.Pass(w.config.connect_timeout);
  CHECK(w.pool->available(w.loop.Now()));
  auto again = Listener::Listen(w.loop, address, {}, [&](std::unique_ptr<Connection>) {});
  REQUIRE(again.ok());
  connection = w.pool->Acquire(false);
  w.Until([&] { return connection->connected(); });
  CHECK(w.pool->available(w.loop.Now()));
  w.pool->Release(std::move(connection));
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

struct Waiter : PoolWaiter {
  explicit Waiter(EndpointPool& p) : pool(p) {}
  ~Waiter() override {
    if (waiting()) pool.StopAwaiting(*this);
    if (connection != nullptr) pool.Release(std::move(connection));
  }
  void OnPoolReady() override {
    ++told;
    connection = pool.Acquire(false);
  }

  EndpointPool& pool;
  int told = 0;
  std::unique_ptr<ClientConnection> connection;
};

EndpointConfig Limited(size_t connections, size_t waiters) {
  EndpointConfig config;
  config.max_connections = connections;
  config.max_waiters = waiters;
  return config;
}

TEST_CASE("no more connections than max_connections: others wait their turn, no more than max_waiters") {
  World w(Limited(1, 3));
  auto held = w.pool->Acquire(false);
  CHECK(w.pool->Acquire(false) == nullptr);
  CHECK(w.pool->Acquire(true) == nullptr);
  std::deque<Waiter> waiters;
  for (int i = 0; i < 4; ++i) waiters.emplace_back(*w.pool);
  for (int i = 0; i < 3; ++i) CHECK(w.pool->Await(waiters[i]));
  CHECK_FALSE(w.pool->Await(waiters[3]));
  CHECK(w.stats.pool_waiters.value() == 3);
  w.pool->StopAwaiting(waiters[1]);
  w.pool->Release(std::move(held));
  CHECK(waiters[0].told == 0);               // later, from the loop
  CHECK(w.pool->Acquire(false) == nullptr);  // it is not his turn
  w.loop.RunReady();
  CHECK(waiters[0].connection != nullptr);
  CHECK(waiters[2].told == 0);
  w.pool->Release(std::move(waiters[0].connection));
  w.loop.RunReady();
  CHECK(waiters[2].connection != nullptr);
  CHECK(waiters[1].told + waiters[3].told == 0);
  CHECK(w.stats.pool_waiters.value() == 0);
  CHECK(w.stats.pool_size.value() == 1);
}

TEST_CASE("one that wants no connection when it is its turn lets the next have it") {
  World w(Limited(1, 9));
  struct Gone : PoolWaiter {
    void OnPoolReady() override {}
  } gone;
  auto held = w.pool->Acquire(false);
  Waiter next(*w.pool);
  CHECK(w.pool->Await(gone));
  CHECK(w.pool->Await(next));
  w.pool->Release(std::move(held));
  w.loop.RunReady();
  CHECK(next.connection != nullptr);
}

TEST_CASE("where a fresh connection is wanted and all may be had are there, an idle one makes room") {
  World w(Limited(1, 9));
  w.Exchange(0);
  CHECK(w.pool->idle() == 1);
  auto fresh = w.pool->Acquire(/*fresh=*/true);
  REQUIRE(fresh != nullptr);
  CHECK(w.pool->idle() == 0);
  w.pool->Release(std::move(fresh));
}

TEST_CASE("a retired endpoint still serves those that wait, and lives until attempts are over") {
  World w(Limited(1, 9));
  auto held = w.pool->Acquire(false);
  w.pool->OnBegin(w.loop.Now());
  bool idle = false;
  {
    Waiter waiter(*w.pool);
    CHECK(w.pool->Await(waiter));
    w.pool->Retire([&] { idle = true; });
    w.pool->Release(std::move(held));
    w.loop.RunReady();
    CHECK(waiter.connection != nullptr);
    CHECK_FALSE(idle);
  }
  w.loop.RunReady();
  CHECK_FALSE(idle);
  w.pool->OnEnd(true, w.loop.Now(), Nanos(1));
  w.loop.RunReady();
  CHECK(idle);
}

TEST_CASE("failures take an endpoint out; a probe that succeeds takes it back in") {
  EndpointConfig config;
  config.accrual.failures = 3;
  config.accrual.backoff = {BackoffConfig::Kind::kConstant, Millis(5000), Millis(5000)};
  World w(config);
  const auto attempt = [&](bool success) {
    w.pool->OnBegin(w.loop.Now());
    w.pool->OnEnd(success, w.loop.Now(), Nanos(1));
  };
  attempt(false);
  attempt(false);
  attempt(true);
  for (int i = 0; i < 3; ++i) {
    CHECK(w.pool->available(w.loop.Now()));
    attempt(false);
  }
  CHECK_FALSE(w.pool->available(w.loop.Now()));
  w.Pass(Millis(5000));
  CHECK(w.pool->available(w.loop.Now()));
  w.pool->OnBegin(w.loop.Now());
  CHECK_FALSE(w.pool->available(w.loop.Now()));  // one probe
  w.pool->OnAbandoned(w.loop.Now(), Nanos(1));
  CHECK(w.pool->available(w.loop.Now()));
  attempt(true);
  CHECK(w.pool->available(w.loop.Now()));
  CHECK(w.stats.accrual.removals.value() == 1);
  CHECK(w.stats.accrual.probes.value() == 2);
  CHECK(w.stats.accrual.revivals.value() == 1);
  CHECK(w.stats.accrual.removed_for_ms.value() == 5000);
  CHECK(w.pool->pending() == 0);
}

TEST_CASE("min_connections are kept though unused, but none beyond its life time") {
  EndpointConfig config;
  config.idle_timeout = Millis(1000);
  config.life_time = Millis(60'000);
  config.min_connections = 1;
  World w(config);
  Heard heard[2];
  auto first = w.Ask(heard[0], 0);
  auto second = w.Ask(heard[1], 1);
  for (auto* connection : {first.get(), second.get()}) connection->EndRequest();
  for (const auto& peer : w.peers) peer->connection->Write(kOk);
  w.Until([&] { return heard[0].over && heard[1].over; });
  w.pool->Release(std::move(first));
  w.pool->Release(std::move(second));
  w.Pass(Millis(1001));
  CHECK(w.pool->idle() == 1);
  w.Pass(Millis(50'000));
  CHECK(w.pool->idle() == 1);
  w.Pass(Millis(10'000));
  CHECK(w.pool->idle() == 0);
  CHECK(w.stats.pool_size.value() == 0);
}

TEST_CASE("a connection past its life time is closed when it is given back") {
  EndpointConfig config;
  config.life_time = Millis(1000);
  World w(config);
  Heard heard;
  auto connection = w.Ask(heard, 0);
  connection->EndRequest();
  w.clock.Advance(Millis(1000));
  w.peers[0]->connection->Write(kOk);
  w.Until([&] { return heard.over; });
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 0);
}

TEST_CASE("failFast: out for as long as Finagle has it") {
  EndpointConfig config;
  config.fail_fast = true;
  World w(config);
  w.listener.reset();
  for (const int seconds : {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
    Heard heard;
    auto connection = w.pool->Acquire(false);
    connection->Begin(heard, false);
    w.Until([&] { return heard.over; });
    w.pool->Release(std::move(connection));
    w.Pass(std::chrono::seconds(seconds) - Millis(1));
    CHECK_FALSE(w.pool->available(w.loop.Now()));
    w.Pass(Millis(1));
    CHECK(w.pool->available(w.loop.Now()));
  }
}

}  // namespace
}  // namespace heddle
