#include "proxy/balance/balancer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "proxy/balance/aperture.h"

namespace heddle {
namespace {

using Kind = BalancerConfig::Kind;
constexpr Kind kKinds[] = {Kind::kP2c, Kind::kEwma, Kind::kAperture, Kind::kHeap, Kind::kRoundRobin};

BalancerConfig Config(Kind kind) {
  BalancerConfig config;
  config.kind = kind;
  return config;
}

// A balancer over endpoints called 1, 2, ...: nothing is connected to.
struct World {
  World(BalancerConfig c, const std::vector<double>& weights) : config(c), balancer(config, stats, 7) {
    endpoint.accrual.failures = 1;
    for (const double weight : weights) {
      const auto port = static_cast<uint32_t>(1 + pools.size());
      pools.push_back(std::make_unique<EndpointPool>(loop, endpoint, stats,
                                                     *SocketAddress::Parse("127.0.0.1", port), weight, port));
    }
    balancer.Set(All());
  }
  World(Kind kind, const std::vector<double>& weights) : World(Config(kind), weights) {}

  std::vector<EndpointPool*> All() {
    std::vector<EndpointPool*> raw;
    for (const auto& pool : pools) raw.push_back(pool.get());
    return raw;
  }
  EndpointPool& At(size_t number) { return *pools[number - 1]; }
  // Begins an attempt where the balancer says, and returns where that is.
  EndpointPool* Begin() {
    EndpointPool* pool = balancer.Pick(clock.Now());
    pool->OnBegin(clock.Now());
    under_way.push_back(pool);
    return pool;
  }
  // `n` attempts one after another, each over at once; how many went where.
  std::map<uint16_t, int> Count(int n, Nanos latency = Millis(1)) {
    std::map<uint16_t, int> count;
    for (int i = 0; i < n; ++i) {
      EndpointPool* pool = balancer.Pick(clock.Now());
      ++count[pool->address().port()];
      pool->OnBegin(clock.Now());
      clock.Advance(latency);
      pool->OnEnd(true, clock.Now(), latency);
    }
    return count;
  }
  // `n` attempts at once.
  std::map<uint16_t, int> Pile(int n) {
    std::map<uint16_t, int> count;
    for (int i = 0; i < n; ++i) ++count[Begin()->address().port()];
    return count;
  }
  void EndAll() {
    for (EndpointPool* pool : std::exchange(under_way, {})) pool->OnEnd(true, clock.Now(), Millis(1));
  }
  void TakeOut(size_t number) {
    At(number).OnBegin(clock.Now());
    At(number).OnEnd(false, clock.Now(), Millis(1));
    REQUIRE_FALSE(At(number).available(clock.Now()));
  }

  FakeClock clock;
  Loop loop{clock};
  MetricsTree metrics;
  EndpointConfig endpoint;
  ClientStats stats{metrics.root()};
  BalancerConfig config;
  Balancer balancer;
  std::vector<std::unique_ptr<EndpointPool>> pools;
  std::vector<EndpointPool*> under_way;
};

TEST_CASE("nobody, and one that is always chosen, whatever its state") {
  for (const Kind kind : kKinds) {
    World none(kind, {});
    CHECK(none.balancer.Pick(Nanos(0)) == nullptr);
    World one(kind, {1});
    CHECK(one.Count(3)[1] == 3);
    one.TakeOut(1);
    CHECK(one.balancer.Pick(one.clock.Now()) == &one.At(1));
  }
}

TEST_CASE("endpoints that are alike share the load, whatever the kind") {
  for (const Kind kind : {Kind::kP2c, Kind::kEwma, Kind::kHeap, Kind::kRoundRobin}) {
    CAPTURE(static_cast<int>(kind));
    World one_by_one(kind, {1, 1, 1, 1});
    // With nothing under way ewma keeps to the one that answered longest ago; see below.
    if (kind != Kind::kEwma) {
      for (const auto& [port, count] : one_by_one.Count(4000)) CHECK(std::abs(count - 1000) < 150);
    }
    World at_once(kind, {1, 1, 1, 1});
    for (const auto& [port, count] : at_once.Pile(400)) CHECK(std::abs(count - 100) < 10);
    at_once.EndAll();
  }
}

TEST_CASE("weights are kept under load, whatever the kind") {
  for (const Kind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    World w(kind, {9, 1, 9, 0});
    std::map<uint16_t, int> count = w.Pile(1900);
    CHECK(std::abs(count[2] - 100) < 40);
    CHECK(count[1] + count[2] + count[3] == 1900);
    if (kind != Kind::kAperture) {
      CHECK(count[1] > 600);
      CHECK(count[3] > 600);
    }
    w.EndAll();
  }
}

TEST_CASE("an endpoint that is taken out gets nothing while enough others are left") {
  for (const Kind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    World w(kind, {1, 1, 2, 1, 2});
    w.TakeOut(1);
    w.TakeOut(3);
    w.TakeOut(5);  // a whole class
    std::map<uint16_t, int> count = w.Count(200);
    CHECK(count[2] + count[4] == 200);
  }
}

TEST_CASE("with too few left all are used, until enough are back") {
  for (const Kind kind : {Kind::kP2c, Kind::kEwma, Kind::kHeap, Kind::kRoundRobin}) {
    CAPTURE(static_cast<int>(kind));
    World w(kind, std::vector<double>(10, 1.0));
    for (size_t i = 1; i <= 8; ++i) w.TakeOut(i);
    CHECK(w.balancer.CountAvailable(w.clock.Now()) == 2);
    CHECK(w.balancer.panicking());
    std::map<uint16_t, int> count = w.Pile(1000);
    CHECK(count.size() == 10);
    for (const auto& [port, n] : count) CHECK(n < 200);
    w.EndAll();
    w.clock.Advance(std::chrono::minutes(6));  // as long as a probe may have to wait
    CHECK(w.balancer.Pick(w.clock.Now()) != nullptr);
    CHECK_FALSE(w.balancer.panicking());
  }
}

TEST_CASE("all are used, but not those that cannot be connected to: they fail fast and look idle") {
  for (const Kind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    World w(kind, std::vector<double>(5, 1.0));
    for (size_t i = 1; i <= 5; ++i) w.TakeOut(i);
    // Nobody listens on ports 1 and 2 of this address.
    for (size_t i = 1; i <= 2; ++i) {
      std::unique_ptr<ClientConnection> connection = w.At(i).Acquire(false);
      while (w.At(i).usable(w.clock.Now(), /*any=*/true)) w.loop.RunOnce(Millis(1000));
      w.At(i).Release(std::move(connection));
    }
    CHECK(w.balancer.CountAvailable(w.clock.Now()) == 0);
    std::map<uint16_t, int> count = w.Pile(300);
    CHECK(count[1] + count[2] == 0);
    w.EndAll();
    w.loop.RunReady();
  }
}

TEST_CASE(
    "without a panic threshold the last endpoint gets everything; with none left, somebody still does") {
  for (const Kind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    BalancerConfig config = Config(kind);
    config.panic_threshold = 0;
    World w(config, std::vector<double>(10, 1.0));
    for (size_t i = 1; i <= 9; ++i) w.TakeOut(i);
    CHECK(w.Count(100)[10] == 100);
    w.TakeOut(10);
    CHECK(w.balancer.Pick(w.clock.Now()) != nullptr);
  }
}

TEST_CASE("p2c: a busy endpoint is avoided, for the two that are drawn are never the same") {
  World w(Kind::kP2c, {1, 1});
  w.At(1).OnBegin(w.clock.Now());
  CHECK(w.Count(100)[2] == 100);
}

TEST_CASE("heap: always the least loaded, of several the one chosen longest ago") {
  World w(Kind::kHeap, {1, 1, 1, 1, 1});
  for (int round = 0; round < 3; ++round) {
    for (const auto& [port, count] : w.Count(5)) CHECK(count == 1);
  }
  for (size_t i = 0; i < 100; ++i) {
    EndpointPool* picked = w.Begin();
    for (const auto& pool : w.pools) CHECK(picked->pending() <= pool->pending() + 1);
    if (i % 3 == 0) {
      w.under_way[i / 3]->OnEnd(true, w.clock.Now(), Millis(1));
      w.under_way[i / 3] = nullptr;
    }
  }
}

TEST_CASE("round robin: one after the other, and smoothly by weight") {
  World w(Kind::kRoundRobin, {1, 1, 1});
  for (int round = 0; round < 3; ++round) {
    for (const auto& [port, count] : w.Count(3)) CHECK(count == 1);
  }
  World weighted(Kind::kRoundRobin, {3, 1});
  for (int round = 0; round < 3; ++round) {
    std::map<uint16_t, int> count = weighted.Count(4);
    CHECK(count[1] == 3);
    CHECK(count[2] == 1);
  }
}

TEST_CASE("ewma: a slow endpoint is avoided, and forgiven slowly") {
  World w(Kind::kEwma, {1, 1});
  const auto answer = [&](size_t number, Millis latency) {
    w.At(number).OnBegin(w.clock.Now());
    w.At(number).OnEnd(true, w.clock.Now(), latency);
  };
  answer(1, Millis(10));
  answer(2, Millis(10));
  answer(2, Millis(1000));  // a peak counts in full
  CHECK(w.At(2).note().cost == 1e9);
  CHECK(w.Count(100, Millis(10))[1] == 100);
  // Time alone lowers the cost: to 1/e in a decay time.
  World idle(Kind::kEwma, {1, 1});
  idle.At(1).OnBegin(idle.clock.Now());
  idle.At(1).OnEnd(true, idle.clock.Now(), Millis(100));
  idle.clock.Advance(idle.config.decay_time);
  idle.balancer.Pick(idle.clock.Now());
  CHECK(idle.At(1).note().cost == Approx(1e8 / 2.718281828));
}

TEST_CASE("ewma: one that has not answered yet gets one request, no more while others can be had") {
  World w(Kind::kEwma, {1, 1});
  w.At(1).OnBegin(w.clock.Now());
  w.At(1).OnEnd(true, w.clock.Now(), Millis(50));
  CHECK(w.Begin() == &w.At(2));  // unknown and idle: it costs nothing
  for (int i = 0; i < 20; ++i) CHECK(w.Begin() == &w.At(1));
}

TEST_CASE("aperture: few endpoints serve a light load, more a heavier one, and few again") {
  BalancerConfig config = Config(Kind::kAperture);
  config.min_aperture = 2;
  World w(config, std::vector<double>(20, 1.0));
  CHECK(w.Count(500).size() == 2);
  // 30 at once, for longer than the window: between 0.5 and 2 each.
  w.Pile(30);
  for (int i = 0; i < 200; ++i) {
    w.clock.Advance(Millis(500));
    w.Count(1, Nanos(0));
  }
  std::map<uint16_t, int> busy = w.Count(2000, Nanos(0));
  CHECK(busy.size() >= 14);
  CHECK(busy.size() <= 20);
  w.EndAll();
  for (int i = 0; i < 200; ++i) {
    w.clock.Advance(Millis(500));
    w.Count(1, Nanos(0));
  }
  CHECK(w.Count(500, Nanos(0)).size() == 2);
}

TEST_CASE("aperture: a window keeps its endpoints when others come, and passes over those taken out") {
  World w(Kind::kAperture, std::vector<double>(10, 1.0));
  std::vector<EndpointPool*> some = w.All();
  some.resize(9);
  w.balancer.Set(some);
  const uint16_t first = w.Count(10).begin()->first;
  CHECK(w.Count(10)[first] == 10);
  w.TakeOut(first);
  const uint16_t second = w.Count(10).begin()->first;
  CHECK(second != first);
  CHECK(w.Count(10)[second] == 10);
  w.clock.Advance(std::chrono::minutes(6));
  CHECK(w.Count(10)[first] == 10);  // as before
}

TEST_CASE(
    "what balancers know of an endpoint survives the changes of the set, and theirs to one that has left") {
  for (const Kind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    World w(kind, {1, 1, 1, 1});
    w.Pile(40);
    std::vector<EndpointPool*> two = w.All();
    two.resize(2);
    w.balancer.Set(two);
    w.EndAll();
    for (const auto& [port, count] : w.Count(100)) CHECK(port <= 2);
    w.balancer.Set(w.All());
    CHECK(w.Count(400).size() >= 1);
    w.balancer.Set({});
    CHECK(w.balancer.Pick(w.clock.Now()) == nullptr);
  }
}

}  // namespace
}  // namespace heddle
