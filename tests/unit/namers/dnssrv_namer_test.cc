#include "lib/namers/dnssrv_namer.h"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/dns_server.h"

namespace heddle {
namespace {

std::string ShowAddr(const Addr& addr) {
  static constexpr const char* kStates[] = {"pending", "absent", "failed", ""};
  if (addr.endpoints == nullptr) return kStates[static_cast<int>(addr.state)];
  return absl::StrJoin(*addr.endpoints, " ", [](std::string* out, const Endpoint& e) {
    absl::StrAppend(out, e.address.ToString(), e.weight == 1 ? "" : absl::StrCat("*", e.weight));
  });
}

SrvTarget Target(uint16_t priority, uint16_t weight, const std::vector<std::string>& ips) {
  std::vector<Endpoint> endpoints;
  for (const std::string& ip : ips) endpoints.push_back(Endpoint{*SocketAddress::Parse(ip, 80), 1.0, {}});
  return {{"host", 80, priority, weight}, ips.empty() ? Addr::Absent() : Addr::Bound(endpoints)};
}

std::string Choice(std::vector<SrvTarget> targets) { return ShowAddr(ChooseEndpoints(std::move(targets))); }

TEST_CASE("the lowest priority that has addresses is used", "[namers]") {
  REQUIRE(Choice({Target(2, 0, {"10.0.0.2"}), Target(1, 0, {"10.0.0.1"})}) == "10.0.0.1:80");
  REQUIRE(Choice({Target(1, 0, {}), Target(2, 0, {"10.0.0.2"})}) == "10.0.0.2:80");
  REQUIRE(Choice({Target(1, 0, {}), Target(2, 0, {})}) == "absent");
  REQUIRE(Choice({}) == "absent");
  SrvTarget pending = Target(1, 0, {});
  pending.addr = Addr::Pending();
  REQUIRE(Choice({pending, Target(2, 0, {"10.0.0.2"})}) == "pending");
  REQUIRE(Choice({pending, Target(1, 0, {"10.0.0.2"})}) == "10.0.0.2:80");
  SrvTarget failed = Target(1, 0, {});
  failed.addr = Addr::Failed(absl::UnavailableError("down"));
  REQUIRE(Choice({failed, Target(2, 0, {"10.0.0.2"})}) == "10.0.0.2:80");
  REQUIRE(Choice({failed, Target(2, 0, {})}) == "failed");
}

TEST_CASE("weights become shares of addresses", "[namers]") {
  REQUIRE(Choice({Target(0, 33, {"10.0.0.1"}), Target(0, 33, {"10.0.0.2"})}) == "10.0.0.1:80 10.0.0.2:80");
  REQUIRE(Choice({Target(0, 10, {"10.0.0.1"}), Target(0, 40, {"10.0.0.2"})}) ==
          "10.0.0.1:80*0.25 10.0.0.2:80");
  REQUIRE(Choice({Target(0, 10, {"10.0.0.1", "10.0.0.2"}), Target(0, 10, {"10.0.0.3"})}) ==
          "10.0.0.1:80*0.5 10.0.0.2:80*0.5 10.0.0.3:80");
  REQUIRE(Choice({Target(0, 0, {"10.0.0.1"}), Target(0, 0, {"10.0.0.2"})}) == "10.0.0.1:80 10.0.0.2:80");
  REQUIRE(Choice({Target(0, 0, {"10.0.0.1"}), Target(0, 0, {"10.0.0.2"}), Target(0, 5, {"10.0.0.3"})}) ==
          "10.0.0.1:80*0.1 10.0.0.2:80*0.1 10.0.0.3:80");
  // The same address twice has both shares.
  REQUIRE(Choice({Target(0, 1, {"10.0.0.1"}), Target(0, 1, {"10.0.0.1"}), Target(0, 4, {"10.0.0.2"})}) ==
          "10.0.0.1:80*0.5 10.0.0.2:80");
}

// "/#/srv/web /rest 10.0.0.1:80", "~", "pending" or "failed".
struct Following {
  Following(Namer& namer, const std::string& path) : watch(namer.Lookup(*Path::Parse(path))) {
    subscription = watch->Subscribe([this](const Activity<NameTree<Name>>& value) { Take(value); });
  }
  void Take(const Activity<NameTree<Name>>& value) {
    leaf = value.failed() ? "failed" : value.pending() ? "pending" : "~";
    addr.clear();
    addr_subscription.Cancel();
    if (!value.value.has_value() || !value.value->is_leaf()) return;
    const auto& bound = std::get<BoundName>(value.value->leaf());
    leaf = absl::StrCat(bound.id.Show(), " ", bound.residual.Show(), " ");
    addr_subscription = bound.addr->Subscribe([this](const Addr& a) { addr = ShowAddr(a); });
  }
  std::string Show() const { return leaf + addr; }

  std::shared_ptr<Watch<Activity<NameTree<Name>>>> watch;
  std::string leaf;
  std::string addr;
  Subscription addr_subscription;
  Subscription subscription;
};

struct Fixture {
  void Until(const std::function<bool()>& done) {
    while (!done()) loop.RunOnce(std::chrono::seconds(10));
  }
  void UntilShows(const Following& following, const std::string& text) {
    Until([&] { return following.Show() == text; });
  }
  uint64_t Counted(const std::string& name) {
    uint64_t value = 0;
    metrics.Visit([&](const MetricSample& sample) {
      if (sample.path.back() == name && sample.path.size() == 2) value = sample.counter;
    });
    return value;
  }

  FakeClock clock;
  Loop loop{clock};
  MetricsTree metrics;
  DnsServer dns{loop};
  std::shared_ptr<HostAddrs> hosts =
      std::make_shared<HostAddrs>(loop, DnsResolver::Options{dns.address(), Millis(5000), 1});
  DnsSrvNamer namer{loop, {}, Path{"#", "srv"}, hosts, metrics.root().Child("srv")};
};

TEST_CASE("a service is followed every refresh, whatever its time to live", "[namers]") {
  Fixture f;
  f.dns.records["a.example"] = {{"10.0.0.1", "2001:db8::1"}, 60};
  f.dns.records["b.example"] = {{"10.0.0.2"}, 60};
  f.dns.services["web.example"] = {{"a.example", 80, 0, 0}};
  Following web(f.namer, "/web.example./rest");
  REQUIRE(web.Show() == "pending");
  f.UntilShows(web, "/#/srv/web.example. /rest 10.0.0.1:80 [2001:db8::1]:80");
  f.dns.services["web.example"] = {{"b.example", 81, 0, 0}};
  f.clock.Advance(std::chrono::seconds(5));
  f.UntilShows(web, "/#/srv/web.example. /rest 10.0.0.2:81");
  REQUIRE(f.Counted("lookup_successes_total") == 2);
  REQUIRE(f.Counted("lookups") == 1);
  REQUIRE_THAT(f.namer.StateJson(), Catch::Contains(R"("/web.example.":{"addresses":["10.0.0.2:81"])"));
  REQUIRE(Following(f.namer, "/").Show() == "~");
}

TEST_CASE("a service that is not there, or without a host, is absent", "[namers]") {
  Fixture f;
  Following none(f.namer, "/nosuch.example.");
  f.UntilShows(none, "~");
  REQUIRE(f.Counted("lookup_failures_total") == 1);
  f.dns.services["down.example"] = {{"", 0, 0, 0}};
  Following down(f.namer, "/down.example.");
  f.UntilShows(down, "~");
  REQUIRE(f.Counted("lookup_zero_results_total") == 1);
  f.dns.services["lost.example"] = {{"lost-host.example", 80, 0, 0}};
  Following lost(f.namer, "/lost.example.");
  f.UntilShows(lost, "~");
  f.dns.services["nosuch.example"] = {{"a.example", 80, 0, 0}};
  f.dns.records["a.example"] = {{"10.0.0.1"}, 60};
  f.clock.Advance(std::chrono::seconds(5));
  f.UntilShows(none, "/#/srv/nosuch.example. / 10.0.0.1:80");
}

TEST_CASE("an error keeps the last known; without one it is an error, not an absence", "[namers]") {
  Fixture f;
  f.dns.records["a.example"] = {{"10.0.0.1"}, 60};
  f.dns.services["web.example"] = {{"a.example", 80, 0, 0}};
  Following web(f.namer, "/web.example.");
  f.UntilShows(web, "/#/srv/web.example. / 10.0.0.1:80");
  f.dns.mode = DnsServer::Mode::kServerFailure;
  Following other(f.namer, "/other.example.");
  f.UntilShows(other, "failed");
  f.clock.Advance(std::chrono::seconds(90));
  f.Until([&] { return f.Counted("errors") >= 3; });
  REQUIRE(web.Show() == "/#/srv/web.example. / 10.0.0.1:80");
  REQUIRE_THAT(f.namer.StateJson(), Catch::Contains(R"("inError":true)") && Catch::Contains("lastErrorAt"));
  f.dns.mode = DnsServer::Mode::kAnswer;
  f.dns.services["other.example"] = {{"a.example", 81, 0, 0}};
  f.clock.Advance(std::chrono::seconds(30));
  f.UntilShows(other, "/#/srv/other.example. / 10.0.0.1:81");
}

TEST_CASE("servers of its own may be names, and their hosts others' business", "[namers]") {
  Fixture f;
  DnsServer own(f.loop);
  const std::string port = own.address().substr(own.address().rfind(':') + 1);
  DnsSrvNamer namer(f.loop, {{*ParseDnsHost("ns.example.:" + port)}, std::chrono::seconds(5), Millis(5000)},
                    Path{"#", "srv"}, f.hosts, UnshownScope());
  own.services["web.example"] = {{"a.example", 80, 0, 0}, {"b.example", 80, 0, 0}};
  own.records["a.example"] = {{"10.0.0.1"}, 60};
  f.dns.records["b.example"] = {{"10.0.0.2"}, 60};
  Following web(namer, "/web.example.");
  f.UntilShows(web, "failed");  // the server's name does not exist
  f.dns.records["ns.example"] = {{"127.0.0.1"}, 60};
  f.clock.Advance(std::chrono::seconds(31));
  f.UntilShows(web, "/#/srv/web.example. / 10.0.0.1:80 10.0.0.2:80");
}

TEST_CASE("the same path gives the same watch while it is held", "[namers]") {
  Fixture f;
  const auto one = f.namer.Lookup(*Path::Parse("/web/1"));
  REQUIRE(f.namer.Lookup(*Path::Parse("/web/1")) == one);
  REQUIRE(f.namer.Lookup(*Path::Parse("/web/2")) != one);
}

}  // namespace
}  // namespace heddle
