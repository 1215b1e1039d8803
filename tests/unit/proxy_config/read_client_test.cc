// The `client` of a router.
#include "proxy/config/read_client.h"

#include <limits>

#include "absl/strings/match.h"
#include "tests/unit/proxy_config/parsed.h"

namespace heddle {
namespace {

ClientConfig ClientWith(absl::string_view keys, const char* path = "/#/io.l5d.fs/web") {
  return RouterWith(absl::StrCat("client: {", keys, "}")).router.clients.For(*Path::Parse(path));
}

std::string Mistake(absl::string_view keys) { return MistakeWith(absl::StrCat("client: {", keys, "}")); }

TEST_CASE("Without keys, a client is as Linkerd's") {
  const ClientConfig config = ClientWith("");
  CHECK(config.balancer.kind == BalancerConfig::Kind::kP2c);
  CHECK(config.balancer.max_effort == 5);
  CHECK_FALSE(config.balancer.enable_probation);
  CHECK(config.endpoint.accrual.kind == AccrualConfig::Kind::kConsecutiveFailures);
  CHECK(config.endpoint.accrual.failures == 5);
  CHECK(config.endpoint.accrual.backoff.kind == BackoffConfig::Kind::kEqualJittered);
  CHECK(config.endpoint.accrual.backoff.min == std::chrono::seconds(5));
  CHECK(config.endpoint.accrual.backoff.max == std::chrono::seconds(300));
  CHECK_FALSE(config.endpoint.fail_fast);
  CHECK(config.endpoint.min_connections == 0);
  CHECK(config.endpoint.max_connections == 0);
  CHECK(config.endpoint.max_waiters == std::numeric_limits<size_t>::max());
  CHECK(config.attempt_timeout == Millis(0));
  CHECK(config.requeue_budget.ttl == std::chrono::seconds(10));
  CHECK(config.requeue_budget.min_retries_per_sec == 10);
  CHECK(config.requeue_budget.percent_can_retry == 0.2);
  CHECK_FALSE(config.forward_client_cert);
  CHECK(config.endpoint.socket.no_delay);
  CHECK(config.endpoint.socket.reuse_address);
  CHECK_FALSE(config.endpoint.socket.reuse_port);
}

TEST_CASE("Balancers") {
  using Kind = BalancerConfig::Kind;
  const auto balancer = [](absl::string_view keys) {
    return ClientWith(absl::StrCat("loadBalancer: {", keys, "}")).balancer;
  };
  CHECK(balancer("maxEffort: 10").max_effort == 10);
  const BalancerConfig ewma = balancer("kind: ewma, maxEffort: 3, decayTimeMs: 250, enableProbation: true");
  CHECK(ewma.kind == Kind::kEwma);
  CHECK(ewma.max_effort == 3);
  CHECK(ewma.decay_time == Millis(250));
  CHECK(ewma.enable_probation);
  const BalancerConfig aperture = balancer(
      "kind: aperture, smoothWindowMs: 30, lowLoad: 0.25, highLoad: 4, minAperture: 2, panicThreshold: 0.5");
  CHECK(aperture.kind == Kind::kAperture);
  CHECK(aperture.smooth_window == Millis(30));
  CHECK(aperture.low_load == 0.25);
  CHECK(aperture.high_load == 4);
  CHECK(aperture.min_aperture == 2);
  CHECK(aperture.panic_threshold == 0.5);
  CHECK(balancer("kind: heap, panicThreshold: 0").kind == Kind::kHeap);
  CHECK(balancer("kind: roundRobin, maxEffort: 1").kind == Kind::kRoundRobin);

  const auto mistake = [](absl::string_view keys) {
    return Mistake(absl::StrCat("loadBalancer: {", keys, "}"));
  };
  CHECK(
      mistake("kind: round_robin") ==
      "client.loadBalancer.kind: unknown kind 'round_robin'; did you mean 'roundRobin'? Accepted: p2c, ewma, "
      "aperture, heap, roundRobin");
  CHECK(absl::StrContains(mistake("kind: heap, maxEffort: 5"), "maxEffort: unknown key"));
  CHECK(absl::StrContains(mistake("kind: p2c, decayTimeMs: 5"), "decayTimeMs: unknown key"));
  CHECK(mistake("maxEffort: 0") ==
        "client.loadBalancer.maxEffort: expected a whole number from 1 to 1000, found '0'");
  CHECK(mistake("kind: ewma, decayTimeMs: 10s") ==
        "client.loadBalancer.decayTimeMs: expected a whole number from 1 to 315360000000, found '10s'");
  CHECK(mistake("kind: aperture, lowLoad: 2") == "client.loadBalancer.lowLoad: must be less than highLoad");
  CHECK(mistake("panicThreshold: 25") ==
        "client.loadBalancer.panicThreshold: expected a number from 0 to 1, found '25'");
}

TEST_CASE("Failure accrual") {
  using Kind = AccrualConfig::Kind;
  const auto accrual = [](absl::string_view keys) {
    return ClientWith(absl::StrCat("failureAccrual: {", keys, "}")).endpoint.accrual;
  };
  const AccrualConfig consecutive = accrual(
      "kind: io.l5d.consecutiveFailures, failures: 7, backoff: {kind: jittered, minMs: 20, maxMs: 300}");
  CHECK(consecutive.kind == Kind::kConsecutiveFailures);
  CHECK(consecutive.failures == 7);
  CHECK(consecutive.backoff.kind == BackoffConfig::Kind::kJittered);
  CHECK(consecutive.backoff.min == Millis(20));
  CHECK(consecutive.backoff.max == Millis(300));
  const AccrualConfig rate = accrual("kind: io.l5d.successRate, successRate: 0.9, requests: 1000");
  CHECK(rate.kind == Kind::kSuccessRate);
  CHECK(rate.success_rate == 0.9);
  CHECK(rate.requests == 1000);
  CHECK(rate.backoff.kind == BackoffConfig::Kind::kEqualJittered);
  const AccrualConfig windowed = accrual(
      "kind: io.l5d.successRateWindowed, successRate: 1, window: 90, backoff: {kind: constant, ms: 500}");
  CHECK(windowed.kind == Kind::kSuccessRateWindowed);
  CHECK(windowed.window == std::chrono::seconds(90));
  CHECK(windowed.backoff.kind == BackoffConfig::Kind::kConstant);
  CHECK(windowed.backoff.min == Millis(500));
  CHECK(windowed.backoff.max == Millis(500));
  CHECK(accrual("kind: none, backoff: {kind: constant}").kind == Kind::kNone);

  const auto mistake = [](absl::string_view keys) {
    return Mistake(absl::StrCat("failureAccrual: {", keys, "}"));
  };
  CHECK(mistake("failures: 5") == "client.failureAccrual: the key 'kind' is missing; it is required here");
  CHECK(absl::StrContains(mistake("kind: consecutiveFailures, failures: 5"),
                          "did you mean 'io.l5d.consecutiveFailures'?"));
  CHECK(mistake("kind: io.l5d.consecutiveFailures") ==
        "client.failureAccrual: the key 'failures' is missing; it is required here");
  CHECK(mistake("kind: io.l5d.consecutiveFailures, failures: 0") ==
        "client.failureAccrual.failures: expected a whole number from 1 to 1000000000, found '0'");
  CHECK(mistake("kind: io.l5d.successRate, successRate: 90, requests: 5") ==
        "client.failureAccrual.successRate: expected a number from 0 to 1, found '90'");
  CHECK(absl::StrContains(mistake("kind: io.l5d.successRate, successRate: 0.9"), "'requests' is missing"));
  CHECK(absl::StrContains(mistake("kind: io.l5d.successRateWindowed, successRate: 0.9"),
                          "'window' is missing"));
  CHECK(absl::StrContains(mistake("kind: none, failures: 5"), "failures: unknown key"));
}

TEST_CASE("Pools and sessions") {
  const EndpointConfig pool =
      ClientWith("hostConnectionPool: {minSize: 2, maxSize: 10, idleTimeMs: 7000, maxWaiters: 0}").endpoint;
  CHECK(pool.min_connections == 2);
  CHECK(pool.max_connections == 10);
  CHECK(pool.max_waiters == 0);
  CHECK(pool.idle_timeout == Millis(7000));
  const EndpointConfig session = ClientWith("clientSession: {idleTimeMs: 900, lifeTimeMs: 60000}").endpoint;
  CHECK(session.idle_timeout == Millis(900));
  CHECK(session.life_time == Millis(60000));
  CHECK(Mistake("hostConnectionPool: {minSize: 5, maxSize: 4}") ==
        "client.hostConnectionPool.minSize: must not be more than maxSize");
  CHECK(absl::StrContains(Mistake("hostConnectionPool: {maxSize: 0}"), "a whole number from 1 to"));
  CHECK(absl::StrContains(Mistake("clientSession: {idleTime: 5}"), "did you mean 'idleTimeMs'?"));
}

TEST_CASE("The rest of a client's keys") {
  const ClientConfig config = ClientWith(
      "failFast: true, requestAttemptTimeoutMs: 150, requeueBudget: {ttlSecs: 60, minRetriesPerSec: 0, "
      "percentCanRetry: 1.5}, forwardClientCert: true, tls: {enabled: false}, socketOptions: {noDelay: "
      "false, "
      "keepAlive: true, reusePort: true, readTimeoutMs: 5, writeTimeoutMs: 6}");
  CHECK(config.endpoint.fail_fast);
  CHECK(config.attempt_timeout == Millis(150));
  CHECK(config.requeue_budget.ttl == std::chrono::seconds(60));
  CHECK(config.requeue_budget.min_retries_per_sec == 0);
  CHECK(config.requeue_budget.percent_can_retry == 1.5);
  CHECK(config.forward_client_cert);
  CHECK_FALSE(config.endpoint.socket.no_delay);
  CHECK(config.endpoint.socket.keep_alive == true);
  CHECK(config.endpoint.socket.reuse_port);
  CHECK(config.endpoint.socket.read_timeout == Millis(5));
  CHECK(config.endpoint.socket.write_timeout == Millis(6));

  CHECK(Mistake("requestAttemptTimeoutMs: 0") ==
        "client.requestAttemptTimeoutMs: expected a whole number from 1 to 315360000000, found '0'");
  CHECK(Mistake("requeueBudget: {ttlSecs: 61}") ==
        "client.requeueBudget.ttlSecs: expected a whole number from 1 to 60, found '61'");
  CHECK(Mistake("failFast: maybe") == "client.failFast: expected true or false, found 'maybe'");
  CHECK(Mistake("tls: {commonName: web}") ==
        "client.tls: not supported yet; remove it where endpoints are reached in plain text may do");
  CHECK(absl::StrContains(Mistake("requestAuthorizers: []"), "not supported"));
  CHECK(absl::StrContains(Mistake("timeoutMs: 5"), "write 'requestAttemptTimeoutMs'"));
  CHECK(absl::StrContains(Mistake("loadbalancer: {}"), "did you mean 'loadBalancer'?"));
}

TEST_CASE(
    "Of io.l5d.static, every entry whose prefix matches applies, a later one over an earlier, key by key") {
  const RouterEntry entry = RouterWith(R"(client:
    kind: io.l5d.static
    configs:
    - prefix: /
      requestAttemptTimeoutMs: 1000
      loadBalancer: {kind: ewma, maxEffort: 9}
      hostConnectionPool: {minSize: 3, maxSize: 5}
    - prefix: "/#/*/{service}:https"
      failFast: true
    - prefix: /#/io.l5d.fs/dog
      loadBalancer: {kind: aperture}
      hostConnectionPool: {maxSize: 10})");
  const auto client = [&entry](const char* path) { return entry.router.clients.For(*Path::Parse(path)); };
  const ClientConfig dog = client("/#/io.l5d.fs/dog/and/more");
  CHECK(dog.attempt_timeout == Millis(1000));
  CHECK(dog.balancer.kind == BalancerConfig::Kind::kAperture);
  CHECK(dog.balancer.max_effort == 5);
  CHECK(dog.endpoint.min_connections == 0);
  CHECK(dog.endpoint.max_connections == 10);
  CHECK_FALSE(dog.endpoint.fail_fast);
  const ClientConfig cat = client("/#/io.l5d.fs/cat:https");
  CHECK(cat.balancer.kind == BalancerConfig::Kind::kEwma);
  CHECK(cat.balancer.max_effort == 9);
  CHECK(cat.endpoint.min_connections == 3);
  CHECK(cat.endpoint.fail_fast);
  CHECK_FALSE(client("/#/io.l5d.fs/cat:http").endpoint.fail_fast);
}

TEST_CASE("Mistakes in the form of io.l5d.static") {
  CHECK(Mistake("kind: io.l5d.statik") ==
        "client.kind: unknown kind 'io.l5d.statik'; did you mean 'io.l5d.static'? Accepted: io.l5d.global, "
        "io.l5d.static");
  CHECK(Mistake("kind: io.l5d.static") == "client: the key 'configs' is missing; it is required here");
  CHECK(Mistake("configs: [{prefix: /}]") ==
        "client.configs: belongs to another kind; add kind: io.l5d.static");
  CHECK(absl::StartsWith(Mistake("kind: io.l5d.static, failFast: true, configs: [{prefix: /}]"),
                         "client.failFast: unknown key"));
  CHECK(Mistake("kind: io.l5d.static, configs: [{failFast: true}]") ==
        "client.configs[0]: the key 'prefix' is missing; it is required here");
  CHECK(Mistake("kind: io.l5d.static, configs: [{prefix: /a}, {prefix: web}]") ==
        "client.configs[1].prefix: 'web' does not begin with '/'; give one such as /svc/{name}");
  CHECK(absl::StartsWith(Mistake("kind: io.l5d.static, configs: [{prefix: '/a/{b'}]"),
                         "client.configs[0].prefix: "));
  CHECK(absl::StartsWith(Mistake("kind: io.l5d.static, configs: [{prefix: /a, tls: {commonName: x}}]"),
                         "client.configs[0].tls: not supported yet"));
}

}  // namespace
}  // namespace heddle
