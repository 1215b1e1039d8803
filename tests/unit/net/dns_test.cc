#include "lib/net/dns.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/dns_server.h"

namespace heddle {
namespace {

using Result = absl::StatusOr<DnsResolver::Answer>;

struct Fixture {
  Result Ask(const std::string& host) {
    std::optional<Result> result;
    auto query = resolver.Resolve(host, [&](Result r) { result = std::move(r); });
    REQUIRE_FALSE(result.has_value());  // never from inside Resolve
    while (!result) loop.RunOnce(std::chrono::seconds(10));
    return *result;
  }
  Loop loop;
  DnsServer server{loop};
  DnsResolver resolver{loop, {server.address(), Millis(50), 1}};
};

std::vector<std::string> Ips(const Result& result) {
  std::vector<std::string> ips;
  for (const auto& address : result->addresses) ips.push_back(address.ip());
  return ips;
}

TEST_CASE("a name gives all its addresses, both families, and the lowest time to live", "[net]") {
  Fixture f;
  f.server.records["web.example."] = {};
  f.server.records["web.example"] = {{"10.0.0.2", "10.0.0.1", "2001:db8::1", "10.0.0.2"}, 7};
  const Result result = f.Ask("web.example.");
  REQUIRE(result.ok());
  REQUIRE(Ips(result) == std::vector<std::string>{"10.0.0.1", "10.0.0.2", "2001:db8::1"});
  REQUIRE(result->ttl == std::chrono::seconds(7));
}

TEST_CASE("errors of the name, of the servers and of time are told apart", "[net]") {
  Fixture f;
  REQUIRE(absl::IsNotFound(f.Ask("nosuch.example.").status()));
  f.server.records["empty.example"] = {};
  REQUIRE(absl::IsNotFound(f.Ask("empty.example.").status()));
  f.server.mode = DnsServer::Mode::kServerFailure;
  REQUIRE(absl::IsUnavailable(f.Ask("web.example.").status()));
  f.server.mode = DnsServer::Mode::kSilent;
  REQUIRE(absl::IsDeadlineExceeded(f.Ask("web.example.").status()));
  f.server.mode = DnsServer::Mode::kAnswer;
  f.server.records["web.example"] = {{"10.0.0.9"}, 1};
  REQUIRE(f.Ask("web.example.").ok());
  REQUIRE_THAT(std::string(f.Ask("nosuch.example.").status().message()), Catch::Contains("nosuch.example."));
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
  auto cancelled = f.resolver.Resolve("web.example.", [](Result) { FAIL("it was cancelled"); });
  cancelled.reset();
  REQUIRE(f.Ask("web.example.").ok());
}

TEST_CASE("a resolver goes with its queries under way", "[net]") {
  Loop loop;
  DnsServer server(loop);
  server.mode = DnsServer::Mode::kSilent;
  auto resolver = std::make_unique<DnsResolver>(loop, DnsResolver::Options{server.address(), Millis(50), 1});
  auto query = resolver->Resolve("web.example.", [](Result) { FAIL("the resolver is gone"); });
  loop.RunOnce(Millis(1));
  resolver.reset();
  loop.RunReady();
}

}  // namespace
}  // namespace heddle
