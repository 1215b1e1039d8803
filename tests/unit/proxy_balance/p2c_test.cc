#include "proxy/balance/p2c.h"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <vector>

#include "lib/base/clock.h"
#include "proxy/balance/client.h"

namespace heddle {
namespace {

SocketAddress Address(uint32_t port) { return *SocketAddress::Parse("127.0.0.1", port); }

struct Pools {
  explicit Pools(const std::vector<double>& weights) : p2c(7) {
    for (const double weight : weights) {
      const auto port = static_cast<uint32_t>(1 + pools.size());
      pools.push_back(std::make_unique<EndpointPool>(loop, config, stats, Address(port), weight, port));
    }
    std::vector<EndpointPool*> raw;
    for (const auto& pool : pools) raw.push_back(pool.get());
    p2c.Set(raw);
  }
  // How often each is picked of `n` times.
  std::map<uint16_t, int> Count(int n) {
    std::map<uint16_t, int> count;
    for (int i = 0; i < n; ++i) ++count[p2c.Pick(loop.Now())->address().port()];
    return count;
  }

  FakeClock clock;
  Loop loop{clock};
  MetricsTree metrics;
  EndpointConfig config;
  ClientStats stats{metrics.root()};
  std::vector<std::unique_ptr<EndpointPool>> pools;
  P2c p2c;
};

TEST_CASE("nobody, and one") {
  Pools none({});
  CHECK(none.p2c.Pick(Nanos(0)) == nullptr);
  Pools one({1});
  CHECK(one.Count(3)[1] == 3);
}

TEST_CASE("idle endpoints are picked alike, or by weight") {
  Pools equal({1, 1, 1, 1});
  for (const auto& [port, count] : equal.Count(4000)) {
    CHECK(count > 700);
    CHECK(count < 1300);
  }
  Pools weighted({1, 1, 1, 5});
  CHECK(weighted.Count(4000)[4] > 1800);
}

TEST_CASE("a busy endpoint is avoided: only two of it would be picked, and two are always different") {
  Pools w({1, 1});
  std::unique_ptr<ClientConnection> held = w.pools[0]->Acquire(false);
  CHECK(w.Count(100)[2] == 100);
  w.pools[0]->Release(std::move(held));
  w.loop.RunReady();
}

TEST_CASE("weights hold however busy the endpoints are; those of equal weight share by load") {
  Pools w({9, 1, 9, 0});
  std::vector<std::pair<EndpointPool*, std::unique_ptr<ClientConnection>>> held;
  std::map<uint16_t, int> count;
  for (int i = 0; i < 1900; ++i) {
    EndpointPool* pool = w.p2c.Pick(w.loop.Now());
    ++count[pool->address().port()];
    if (i < 190) held.emplace_back(pool, pool->Acquire(false));
  }
  for (auto& [pool, connection] : held) pool->Release(std::move(connection));
  w.loop.RunReady();
  CHECK(count[2] > 60);
  CHECK(count[2] < 140);
  CHECK(count[1] + count[3] == 1900 - count[2]);
  CHECK(count[1] > 0);
  CHECK(count[3] > 0);
  CHECK(count.count(4) == 0);
}

TEST_CASE("a client keeps the endpoints that stay, and what it knew when discovery fails") {
  FakeClock clock;
  Loop loop(clock);
  MetricsTree metrics;
  const ClientConfig config;
  Client client(loop, config, metrics.root().Child("c"), "/#/c", 1);
  CHECK(client.state() == AddrState::kPending);
  CHECK(client.Pick(loop.Now()) == nullptr);
  client.Update(Addr::Failed(absl::UnavailableError("away")));
  CHECK(client.state() == AddrState::kFailed);
  client.Update(Addr::Bound({{Address(1), 1.0, {}}, {Address(2), 1.0, {}}}));
  CHECK(client.size() == 2);
  client.Update(Addr::Bound({{Address(2), 1.0, {}}}));
  EndpointPool* two = client.Pick(loop.Now());
  client.Update(Addr::Bound({{Address(2), 3.0, {}}, {Address(3), 1.0, {}}}));
  CHECK(two->weight() == 3.0);
  client.Update(Addr::Bound({{Address(2), 3.0, {}}}));
  CHECK(client.Pick(loop.Now()) == two);
  client.Update(Addr::Failed(absl::UnavailableError("away")));
  client.Update(Addr::Pending());
  CHECK(client.state() == AddrState::kBound);
  CHECK(client.Pick(loop.Now()) == two);
  client.Update(Addr::Absent());
  CHECK(client.state() == AddrState::kAbsent);
  CHECK(client.Pick(loop.Now()) == nullptr);
  loop.RunReady();
}

TEST_CASE("an endpoint that goes while it is busy lives until it is done") {
  FakeClock clock;
  Loop loop(clock);
  MetricsTree metrics;
  const ClientConfig config;
  Client client(loop, config, metrics.root().Child("c"), "/#/c", 1);
  client.Update(Addr::Bound({{Address(1), 1.0, {}}}));
  EndpointPool* pool = client.Pick(loop.Now());
  std::unique_ptr<ClientConnection> connection = pool->Acquire(false);
  client.Update(Addr::Bound({}));
  loop.RunReady();
  CHECK(client.outstanding() == 1);
  pool->Release(std::move(connection));
  loop.RunReady();
  CHECK(client.outstanding() == 0);
}

}  // namespace
}  // namespace heddle
