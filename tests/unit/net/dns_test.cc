#include "lib/net/dns.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/dns_server.h"

namespace heddle {
namespace {

using Result = DnsResolver::Answer;

struct Fixture {
  // A server that answers has all the time that a slow machine needs.
  explicit Fixture(Millis timeout = Millis(10'000)) : resolver(loop, {server.address(), timeout, 1}) {}
  Result Ask(const std::string& host) {
    std::optional<Result> result;
    auto query = resolver.Resolve(host, [&](const Result& r) { result = r; });
    REQUIRE_FALSE(result.has_value());  // never from inside Resolve
    while (!result) loop.RunOnce(std::chrono::seconds(10));
    return *result;
  }
  Loop loop;
  DnsServer server{loop};
  DnsResolver resolver;
};

std::vector<std::string> Ips(const Result& result) {
  std::vector<std::string> ips;
  for (const auto& address : result.addresses) ips.push_back(address.ip());
  return ips;
}

TEST_CASE("a name gives all its addresses, both families, and the lowest time to live", "[net]") {
  Fixture f;
  f.server.records["web.example."] = {};
  f.server.records["web.example"] = {{"10.0.0.2", "10.0.0.1", "2001:db8::1", "10.0.0.2"}, 7};
  const Result result = f.Ask("web.example.");
  REQUIRE(result.status.ok());
  REQUIRE(Ips(result) == std::vector<std::string>{"10.0.0.1", "10.0.0.2", "2001:db8::1"});
  REQUIRE(result.ttl == std::chrono::seconds(7));
}

TEST_CASE("errors of the name, of the servers and of time are told apart", "[net]") {
  Fixture f;
  REQUIRE(absl::IsNotFound(f.Ask("nosuch.example.").status));
  f.server.records["empty.example"] = {};
  REQUIRE(absl::IsNotFound(f.Ask("empty.example.").status));
  f.server.mode = DnsServer::Mode::kServerFailure;
  REQUIRE(absl::IsUnavailable(f.Ask("web.example.").status));
  Fixture impatient(Millis(50));
  impatient.server.mode = DnsServer::Mode::kSilent;
  REQUIRE(absl::IsDeadlineExceeded(impatient.Ask("web.example.").status));
  f.server.mode = DnsServer::Mode::kAnswer;
  f.server.records["web.example"] = {{"10.0.0.9"}, 1};
  REQUIRE(f.Ask("web.example.").status.ok());
  REQUIRE_THAT(std::string(f.Ask("nosuch.example.").status.message()), Catch::Contains("nosuch.example."));
}

TEST_CASE("localhost and literal addresses need no server and no file", "[net]") {
  Fixture f;
  const std::string name = GENERATE("localhost", "LocalHost.", "a.b.localhost");
  REQUIRE(Ips(f.Ask(name)) == std::vector<std::string>{"127.0.0.1", "::1"});
  REQUIRE(Ips(f.Ask("10.1.2.3")) == std::vector<std::string>{"10.1.2.3"});
  REQUIRE(f.server.queries == 0);
}

TEST_CASE("a cancelled query is not answered", "[net]") {
  Fixture f;
  f.server.records["web.example"] = {{"10.0.0.1"}, 60};
  auto cancelled = f.resolver.Resolve("web.example.", [](const Result&) { FAIL("it was cancelled"); });
  cancelled.reset();
  REQUIRE(f.Ask("web.example.").status.ok());
}

TEST_CASE("a resolver goes with its queries under way", "[net]") {
  Loop loop;
  DnsServer server(loop);
  server.mode = DnsServer::Mode::kSilent;
  auto resolver = std::make_unique<DnsResolver>(loop, DnsResolver::Options{server.address(), Millis(50), 1});
  auto query = resolver->Resolve("web.example.", [](const Result&) { FAIL("the resolver is gone"); });
  loop.RunOnce(Millis(1));
  resolver.reset();
  loop.RunReady();
}

// Counts with a scope of its own, on a clock of its own.
struct Flood {
  std::unique_ptr<DnsResolver::Query> Ask(const std::string& host, Nanos max_age = DnsResolver::kAnyAge) {
    return resolver.Resolve(
        host, [this](const Result& r) { results.push_back(r.status); }, max_age);
  }
  void Until(size_t count) {
    while (results.size() < count) loop.RunOnce(std::chrono::seconds(10));
  }
  DnsResolver::Options Limits() {
    DnsResolver::Options options{server.address(), Millis(5000), 1};
    options.max_active = 2;
    options.max_waiting = 3;
    return options;
  }
  FakeClock clock;
  Loop loop{clock};
  DnsServer server{loop};
  DnsResolver resolver{loop, Limits()};
  std::vector<absl::Status> results;
};

TEST_CASE("what was heard is given again while it holds", "[net]") {
  Flood f;
  f.server.records["web.example"] = {{"10.0.0.1"}, 20};
  auto first = f.Ask("web.example.");
  f.Until(1);
  const int queries = f.server.queries;
  f.clock.Advance(std::chrono::seconds(19));
  auto second = f.Ask("web.example.");
  f.Until(2);
  REQUIRE(f.server.queries == queries);
  auto fresh = f.Ask("web.example.", std::chrono::seconds(5));
  f.Until(3);
  REQUIRE(f.server.queries == queries + 2);
  f.clock.Advance(std::chrono::seconds(20));
  auto third = f.Ask("web.example.");
  f.Until(4);
  REQUIRE(f.server.queries == queries + 4);
}

TEST_CASE("that a name is absent is believed as long as the server says, within limits", "[net]") {
  Flood f;
  f.server.negative_ttl = 60;
  auto first = f.Ask("nosuch.example.");
  f.Until(1);
  const int queries = f.server.queries;
  f.clock.Advance(std::chrono::seconds(59));
  auto second = f.Ask("nosuch.example.");
  f.Until(2);
  REQUIRE(absl::IsNotFound(f.results[1]));
  REQUIRE(f.server.queries == queries);
  f.clock.Advance(std::chrono::seconds(1));
  f.server.negative_ttl = 86'400;
  auto third = f.Ask("nosuch.example.");
  f.Until(3);
  REQUIRE(f.server.queries == queries + 2);
  f.clock.Advance(DnsResolver::kMaxNegativeTtl);
  auto fourth = f.Ask("nosuch.example.");
  f.Until(4);
  REQUIRE(f.server.queries == queries + 4);
}

TEST_CASE("names that are asked for at once wait in line, share, and wait no longer than is bearable",
          "[net]") {
  Flood f;
  f.server.mode = DnsServer::Mode::kSilent;
  std::vector<std::unique_ptr<DnsResolver::Query>> queries;
  for (int i = 0; i < 6; ++i) queries.push_back(f.Ask("host" + std::to_string(i) + ".example."));
  queries.push_back(f.Ask("host0.example."));
  f.Until(1);  // two are asked, three wait, the sixth is one too many
  REQUIRE(absl::IsResourceExhausted(f.results[0]));
  while (f.server.queries < 4) f.loop.RunOnce(std::chrono::seconds(10));
  f.clock.Advance(std::chrono::seconds(5));
  f.loop.RunReady();
  REQUIRE(f.results.size() == 4);
  REQUIRE(absl::IsResourceExhausted(f.results[3]));
  REQUIRE(f.server.queries == 4);  // an address of each family of two names
}

TEST_CASE("other servers are asked for what is under way", "[net]") {
  Flood f;
  f.server.mode = DnsServer::Mode::kSilent;
  DnsServer other(f.loop);
  other.records["web.example"] = {{"10.0.0.1"}, 20};
  auto query = f.Ask("web.example.");
  while (f.server.queries < 2) f.loop.RunOnce(std::chrono::seconds(10));
  f.resolver.SetServers(other.address());
  f.Until(1);
  REQUIRE(f.results[0].ok());
}

TEST_CASE("services are found by their SRV records", "[net]") {
  Fixture f;
  f.server.services["_http._tcp.web.example"] = {{"b.example", 81, 1, 0}, {"a.example", 80, 0, 5}};
  std::optional<Result> result;
  auto query = f.resolver.ResolveServices("_http._tcp.web.example.", [&](const Result& r) { result = r; });
  while (!result) f.loop.RunOnce(std::chrono::seconds(10));
  REQUIRE(result->status.ok());
  REQUIRE((result->services == std::vector<SrvRecord>{{"a.example", 80, 0, 5}, {"b.example", 81, 1, 0}}));
  REQUIRE(result->ttl == std::chrono::seconds(60));
}

}  // namespace
}  // namespace heddle
