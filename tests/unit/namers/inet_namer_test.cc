#include "lib/namers/inet_namer.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/dns_server.h"

namespace heddle {
namespace {

std::string LiteralOf(absl::string_view host) {
  const auto literal = ParseHostLiteral(host);
  return literal ? literal->ip() : "name";
}

TEST_CASE("an address may be abbreviated", "[namers]") {
  REQUIRE(LiteralOf("127.0.0.1") == "127.0.0.1");
  REQUIRE(LiteralOf("127.1") == "127.0.0.1");
  REQUIRE(LiteralOf("10.1.258") == "10.1.1.2");
  REQUIRE(LiteralOf("8080") == "0.0.31.144");
  REQUIRE(LiteralOf("4294967295") == "255.255.255.255");
  REQUIRE(LiteralOf("::1") == "::1");
  for (const char* name :
       {"4294967296", "256.1", "1.2.3.4.5", "1..2", "web", "1.2.3.x", "", ".", "127.0.0.1."}) {
    CAPTURE(name);
    REQUIRE(LiteralOf(name) == "name");
  }
}

struct Fixture {
  void Until(const std::function<bool()>& done) {
    while (!done()) loop.RunOnce(std::chrono::seconds(10));
  }
  Subscription Follow(Watch<Addr>& watch) {
    return watch.Subscribe([this](const Addr& a) {
      states.push_back(a.state);
      ips.clear();
      if (a.endpoints == nullptr) return;
      for (const Endpoint& e : *a.endpoints) ips += (ips.empty() ? "" : " ") + e.address.ToString();
    });
  }

  FakeClock clock;
  Loop loop{clock};
  DnsServer dns{loop};
  std::shared_ptr<HostAddrs> hosts =
      std::make_shared<HostAddrs>(loop, DnsResolver::Options{dns.address(), Millis(5000), 1});
  std::vector<AddrState> states;
  std::string ips;
};

TEST_CASE("a name leads to all its addresses and follows them by their time to live", "[namers]") {
  Fixture f;
  f.dns.records["web.example"] = {{"10.0.0.1", "10.0.0.2"}, 20};
  const auto watch = f.hosts->Get("web.example.", 80);
  auto subscription = f.Follow(*watch);
  REQUIRE(f.states == std::vector<AddrState>{AddrState::kPending});
  f.Until([&] { return f.ips == "10.0.0.1:80 10.0.0.2:80"; });
  f.dns.records["web.example"] = {{"10.0.0.3"}, 20};
  const int queries = f.dns.queries;
  f.clock.Advance(std::chrono::seconds(19));
  f.loop.RunReady();
  REQUIRE(f.dns.queries == queries);
  f.clock.Advance(std::chrono::seconds(1));
  f.Until([&] { return f.ips == "10.0.0.3:80"; });
}

TEST_CASE("an error keeps the last known addresses; a name that is gone is absent", "[namers]") {
  Fixture f;
  f.dns.records["web.example"] = {{"10.0.0.1"}, 1};
  const auto watch = f.hosts->Get("web.example.", 80);
  auto subscription = f.Follow(*watch);
  f.Until([&] { return f.ips == "10.0.0.1:80"; });
  f.dns.mode = DnsServer::Mode::kServerFailure;
  int queries = f.dns.queries;
  f.clock.Advance(std::chrono::seconds(1));
  f.Until([&] { return f.dns.queries > queries; });
  for (int i = 0; i < 5; ++i) f.loop.RunOnce(Millis(1));
  REQUIRE(f.ips == "10.0.0.1:80");
  f.dns.mode = DnsServer::Mode::kAnswer;
  f.dns.records.clear();
  f.clock.Advance(std::chrono::seconds(31));
  f.Until([&] { return f.states.back() == AddrState::kAbsent; });
  f.dns.records["web.example"] = {{"10.0.0.2"}, 1};
  f.clock.Advance(std::chrono::seconds(31));
  f.Until([&] { return f.ips == "10.0.0.2:80"; });
}

TEST_CASE("servers in error from the start give a failed set, and are asked again", "[namers]") {
  Fixture f;
  f.dns.mode = DnsServer::Mode::kServerFailure;
  const auto watch = f.hosts->Get("web.example.", 80);
  auto subscription = f.Follow(*watch);
  f.Until([&] { return f.states.back() == AddrState::kFailed; });
  REQUIRE_THAT(std::string(watch->Get().error.message()), Catch::Contains("web.example"));
  f.dns.mode = DnsServer::Mode::kAnswer;
  f.dns.records["web.example"] = {{"10.0.0.1"}, 1};
  f.clock.Advance(std::chrono::seconds(31));
  f.Until([&] { return f.ips == "10.0.0.1:80"; });
}

TEST_CASE("a name is resolved while it is followed, once for all who follow", "[namers]") {
  Fixture f;
  f.dns.records["web.example"] = {{"10.0.0.1"}, 10};
  const auto watch = f.hosts->Get("web.example.", 80);
  REQUIRE(f.hosts->Get("web.example.", 80) == watch);
  REQUIRE(f.dns.queries == 0);
  auto subscription = f.Follow(*watch);
  f.Until([&] { return f.ips == "10.0.0.1:80"; });
  const int queries = f.dns.queries;
  subscription.Cancel();
  subscription = f.Follow(*watch);  // still fresh
  f.loop.RunReady();
  REQUIRE(f.dns.queries == queries);
  subscription.Cancel();
  f.clock.Advance(std::chrono::hours(1));
  f.loop.RunReady();
  REQUIRE(f.dns.queries == queries);
  subscription = f.Follow(*watch);
  REQUIRE(f.ips == "10.0.0.1:80");  // the last known, until the answer comes
  f.Until([&] { return f.dns.queries > queries; });
}

TEST_CASE("fixedinet keeps what it has resolved once", "[namers]") {
  Fixture f;
  f.dns.records["web.example"] = {{"10.0.0.1"}, 1};
  auto subscription = f.Follow(*f.hosts->GetFixed("web.example.", 80));
  f.Until([&] { return f.ips == "10.0.0.1:80"; });
  const int queries = f.dns.queries;
  f.dns.records["web.example"] = {{"10.0.0.2"}, 1};
  f.clock.Advance(std::chrono::hours(1));
  f.loop.RunReady();
  REQUIRE(f.dns.queries == queries);
  subscription.Cancel();
  subscription = f.Follow(*f.hosts->GetFixed("web.example.", 80));
  REQUIRE(f.ips == "10.0.0.1:80");
  REQUIRE(f.dns.queries == queries);
}

TEST_CASE("fixedinet resolves until it has an answer", "[namers]") {
  Fixture f;
  auto subscription = f.Follow(*f.hosts->GetFixed("web.example.", 80));
  f.Until([&] { return f.states.back() == AddrState::kAbsent; });
  f.dns.records["web.example"] = {{"10.0.0.1"}, 1};
  f.clock.Advance(std::chrono::seconds(2));
  f.Until([&] { return f.ips == "10.0.0.1:80"; });
}

TEST_CASE("lookups of one path share their watch, and leaves of one address", "[namers]") {
  Fixture f;
  InetNamer namer(f.hosts);
  const auto one = namer.Lookup(Path{"10.0.0.1", "80"});
  REQUIRE(namer.Lookup(Path{"10.0.0.1", "80"}) == one);
  const auto two = namer.Lookup(Path{"10.0.0.1", "80", "x"});
  const auto addr = [](const auto& lookup) { return std::get<BoundName>(lookup->Get().value->leaf()).addr; };
  REQUIRE(addr(one) == addr(two));
  REQUIRE(absl::IsInvalidArgument(namer.Lookup(Path{"web", "http"})->Get().error));
  InetNamer once(f.hosts, InetNamer::Resolved::kOnce);
  REQUIRE(std::get<BoundName>(once.Lookup(Path{"web", "80"})->Get().value->leaf()).id.Show() ==
          "/$/fixedinet/web/80");
}

TEST_CASE("names that are followed are counted and shown", "[namers]") {
  Fixture f;
  MetricsTree metrics;
  const auto hosts = std::make_shared<HostAddrs>(
      f.loop, DnsResolver::Options{f.dns.address(), Millis(5000), 1}, metrics.root().Child("inet"));
  f.dns.mode = DnsServer::Mode::kServerFailure;
  auto subscription = f.Follow(*hosts->Get("web.example.", 80));
  f.Until([&] { return f.states.back() == AddrState::kFailed; });
  std::string counted;
  metrics.Visit([&](const MetricSample& sample) {
    absl::StrAppend(&counted, sample.path.back(), "=", sample.counter + static_cast<uint64_t>(sample.gauge),
                    " ");
  });
  REQUIRE(counted == "errors=1 lookups=0 names=1 names_in_error=1 updates=1 ");
  const std::string state = InetNamer(hosts).StateJson();
  REQUIRE_THAT(state, Catch::Contains(R"("/web.example./80":{"inError":true,"lastError":"resolve)"));
  subscription.Cancel();
  REQUIRE(hosts->stats().names.value() == 0);
}

}  // namespace
}  // namespace heddle
