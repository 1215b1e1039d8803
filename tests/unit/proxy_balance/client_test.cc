#include "proxy/balance/client.h"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <utility>

#include "lib/base/clock.h"

namespace heddle {
namespace {

SocketAddress Address(uint32_t port) { return *SocketAddress::Parse("127.0.0.1", port); }

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
  pool->OnBegin(loop.Now());
  std::unique_ptr<ClientConnection> connection = pool->Acquire(false);
  client.Update(Addr::Bound({}));
  loop.RunReady();
  CHECK(client.outstanding() == 1);
  pool->Release(std::move(connection));
  loop.RunReady();
  CHECK(client.outstanding() == 1);
  pool->OnAbandoned(loop.Now(), Nanos(0));
  loop.RunReady();
  CHECK(client.outstanding() == 0);
}

TEST_CASE("an endpoint on probation stays while it answers, and goes when it does not") {
  FakeClock clock;
  Loop loop(clock);
  MetricsTree metrics;
  ClientConfig config;
  config.balancer.enable_probation = true;
  config.endpoint.accrual.failures = 1;
  Client client(loop, config, metrics.root().Child("c"), "/#/c", 1);
  client.Update(Addr::Bound({{Address(1), 1.0, {}}, {Address(2), 1.0, {}}}));
  client.Update(Addr::Bound({{Address(1), 1.0, {}}}));
  CHECK(client.size() == 2);
  EndpointPool* pool = nullptr;
  while (pool == nullptr || pool->address() != Address(2)) pool = client.Pick(loop.Now());
  pool->OnBegin(loop.Now());
  pool->OnEnd(/*success=*/false, loop.Now(), Nanos(1));
  client.Sweep(loop.Now());
  loop.RunReady();
  CHECK(client.size() == 1);
  CHECK(client.stats().removes.value() == 1);
  client.Update(Addr::Bound({}));
  CHECK(client.size() == 1);  // it still answers
  client.Update(Addr::Absent());
  CHECK(client.size() == 0);  // whoever is not there at all cannot answer
  loop.RunReady();
}

TEST_CASE("a client has what the metadata of its endpoint set says, and shows its balancer") {
  FakeClock clock;
  Loop loop(clock);
  MetricsTree metrics;
  ClientConfig config;
  config.balancer.kind = BalancerConfig::Kind::kEwma;
  config.endpoint.accrual.failures = 1;
  Client client(loop, config, metrics.root().Child("c"), "/#/c", 1);
  CHECK(client.authority().empty());
  client.Update(Addr::Bound({{Address(1), 1.0, {}}, {Address(2), 1.0, {}}}, {{"authority", "web.io"}}));
  CHECK(client.authority() == "web.io");
  EndpointPool* pool = client.Pick(loop.Now());
  pool->OnBegin(loop.Now());
  pool->OnEnd(false, loop.Now(), Nanos(1));
  client.Pick(loop.Now())->OnBegin(loop.Now());
  client.Sweep(loop.Now());
  std::map<MetricPath, double> gauges;
  std::map<MetricPath, uint64_t> counters;
  metrics.Visit([&](const MetricSample& sample) {
    if (sample.kind == MetricSample::Kind::kGauge) gauges[sample.path] = sample.gauge;
    if (sample.kind == MetricSample::Kind::kCounter) counters[sample.path] = sample.counter;
  });
  CHECK(gauges[{"c", "loadbalancer", "algorithm", "p2c_peak_ewma"}] == 1);
  CHECK(gauges[{"c", "loadbalancer", "size"}] == 2);
  CHECK(gauges[{"c", "loadbalancer", "available"}] == 1);
  CHECK(gauges[{"c", "loadbalancer", "busy"}] == 1);
  CHECK(gauges[{"c", "loadbalancer", "closed"}] == 0);
  CHECK(gauges[{"c", "loadbalancer", "load"}] == 1);
  CHECK(counters[{"c", "loadbalancer", "adds"}] == 2);
  CHECK(counters[{"c", "failure_accrual", "removals"}] == 1);
  CHECK(counters[{"c", "failure_accrual", "removed_for_ms"}] >= 5000);
  CHECK(gauges.count({"c", "retries", "budget"}) == 1);
  CHECK(gauges.count({"c", "pool_size"}) == 1);
  CHECK(gauges.count({"c", "pool_waiters"}) == 1);
  client.Update(Addr::Bound({}, {}));
  CHECK(client.authority().empty());
  CHECK(client.outstanding() == 1);
}

}  // namespace
}  // namespace heddle
