// A request's own rules at servers that honour only signed ones, or none.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/signing/signed_override.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

constexpr char kKey[] = "0123456789abcdef";
constexpr char kOtherKey[] = "fedcba9876543210";
constexpr char kRules[] = "/svc/web=>/svc/new";

RouterConfig Guarded(SigningKeys keys) {
  RouterConfig config;
  config.servers[0].override_keys = std::move(keys);
  return config;
}

// The name leads to "one", with the rules to "two".
struct GuardedWorld : World {
  explicit GuardedWorld(RouterConfig config = Guarded({kKey})) : World(std::move(config)) {
    v1.SetPorts({one.port()});
    v2.SetPorts({two.port()});
    interpreter.Set("/svc/web", v1.Leaf());
    interpreter.Set("/svc/web", v2.Leaf(), kRules);
  }
  std::string Answer(const std::string& fields, size_t server = 0) {
    TestClient client(loop, router->addresses()[server]);
    client.connection->Write(Get("web", fields));
    Until([&] { return ResponseSize(client.in) > 0; });
    return absl::StartsWith(client.in, "HTTP/1.1 200 ") ? client.in.substr(client.in.size() - 3) : client.in;
  }
  int64_t Now() const { return std::chrono::duration_cast<std::chrono::seconds>(clock.WallNow()).count(); }
  std::string Signed(absl::string_view rules = kRules, const std::string& key = kKey) const {
    return Field(SignOverride(key, Now() + 60, rules));
  }
  static std::string Field(const std::string& value) {
    return absl::StrCat("l5d-dtab-signed: ", value, "\r\n");
  }
  uint64_t Overrides(const std::string& counter) const {
    return CounterOf(Server(absl::StrCat("overrides|", counter)));
  }
  std::string Counts() const {
    return absl::StrCat(Overrides("accepted"), " accepted ", Overrides("unsigned"), " unsigned ",
                        Overrides("invalid"), " invalid ", Overrides("expired"), " expired");
  }
  Backend one{loop, testing::Answer(Ok("one"))};
  Backend two{loop, testing::Answer(Ok("two"))};
  FakeClient v1{"/#/v1"};
  FakeClient v2{"/#/v2"};
};

TEST_CASE("signed rules lead elsewhere, and go on as rules, without their signature") {
  GuardedWorld w;
  REQUIRE(w.Answer(w.Signed()) == "two");
  CHECK(absl::StrContains(w.two.received[0], "\r\nl5d-ctx-dtab: /svc/web=>/svc/new\r\n"));
  CHECK_FALSE(absl::StrContains(w.two.received[0], "l5d-dtab"));
  CHECK(w.Answer(w.Signed()) == "two");  // from the worker's cache
  CHECK(w.interpreter.binds == 1);
  CHECK(w.Answer("") == "one");
  CHECK(w.Counts() == "2 accepted 0 unsigned 0 invalid 0 expired");
}

TEST_CASE("rules that nobody signed are dropped and counted") {
  GuardedWorld w;
  for (const char* header : {"l5d-dtab", "L5D-Ctx-Dtab", "dtab-local", "X-Dtab-00-A"}) {
    INFO(header);
    REQUIRE(w.Answer(absl::StrCat(header, ": ", kRules, "\r\n")) == "one");
    CHECK_FALSE(absl::StrContains(w.one.received.back(), "dtab"));
    CHECK_FALSE(absl::StrContains(w.one.received.back(), "Dtab"));
  }
  CHECK(w.Counts() == "0 accepted 4 unsigned 0 invalid 0 expired");
  CHECK(w.Answer("l5d-dtab: no rules at all\r\n") == "one");
  REQUIRE(w.Answer(absl::StrCat("l5d-dtab: /svc/web=>/svc/evil\r\n", w.Signed())) == "two");
  CHECK_FALSE(absl::StrContains(w.two.received.back(), "evil"));
  CHECK(w.Counts() == "1 accepted 6 unsigned 0 invalid 0 expired");
}

TEST_CASE("a signature holds until it expires, also where its route is known") {
  GuardedWorld w;
  const std::string field = w.Signed();
  CHECK(w.Answer(field) == "two");
  w.Advance(Millis(59'000));
  CHECK(w.Answer(field) == "two");
  w.Advance(Millis(1'000));
  REQUIRE(w.Answer(field) == "one");
  CHECK_FALSE(absl::StrContains(w.one.received.back(), "dtab"));
  CHECK(w.Counts() == "2 accepted 0 unsigned 0 invalid 1 expired");
}

TEST_CASE("what no key has signed is dropped and counted, also after what one has") {
  GuardedWorld w;
  const std::string good = SignOverride(kKey, w.Now() + 60, kRules);
  if (GENERATE(false, true)) w.Answer(w.Field(good));
  const uint64_t accepted = w.Overrides("accepted");
  std::string tampered = good;
  tampered.replace(good.find("/svc/new"), 8, "/svc/old");
  std::string prolonged = good;
  prolonged[9] = prolonged[9] == '9' ? '8' : '9';
  const std::vector<std::string> bad = {tampered,
                                        prolonged,
                                        SignOverride(kOtherKey, w.Now() + 60, kRules),
                                        "",
                                        kRules,
                                        "1 2 3",
                                        absl::StrCat(good, ";/a=>/b")};
  for (const std::string& value : bad) {
    INFO(value);
    REQUIRE(w.Answer(w.Field(value)) == "one");
    CHECK_FALSE(absl::StrContains(w.one.received.back(), "dtab"));
  }
  // Of several none counts: which one would be meant?
  REQUIRE(w.Answer(absl::StrCat(w.Field(good), w.Field(good))) == "one");
  CHECK_FALSE(absl::StrContains(w.one.received.back(), "dtab"));
  CHECK(w.Overrides("accepted") == accepted);
  CHECK(w.Overrides("invalid") + w.Overrides("expired") == bad.size() + 1);
  CHECK(w.interpreter.binds <= 2);  // made-up rules are not looked up
}

TEST_CASE("any key of the file verifies") {
  GuardedWorld w(Guarded({kOtherKey, kKey}));
  CHECK(w.Answer(w.Signed(kRules, kKey)) == "two");
  CHECK(w.Answer(w.Signed(kRules, kOtherKey)) == "two");
}

TEST_CASE("what one server of a router has accepted is nothing to a server with other keys") {
  RouterConfig config = Guarded({kKey});
  config.servers.push_back(config.servers[0]);
  config.servers[1].override_keys = SigningKeys{kOtherKey};
  config.servers.push_back(config.servers[0]);
  config.servers[2].override_keys.reset();
  GuardedWorld w(std::move(config));
  CHECK(w.Answer(w.Signed(), 0) == "two");
  CHECK(w.Answer(w.Signed(), 1) == "one");
  REQUIRE(w.Answer(w.Signed(), 2) == "one");  // its business is l5d-dtab
  CHECK(absl::StrContains(w.one.received.back(), "l5d-dtab-signed: "));
  CHECK(w.Answer(absl::StrCat("l5d-dtab: ", kRules, "\r\n"), 2) == "two");
  CHECK(w.Answer(absl::StrCat("l5d-dtab: ", kRules, "\r\n"), 1) == "one");
}

TEST_CASE("signed text that is no rules: 400, as for any rules") {
  GuardedWorld w;
  const std::string refused = w.Answer(w.Signed("i am not a dtab"));
  CHECK(absl::StartsWith(refused, "HTTP/1.1 400 "));
  CHECK(absl::StrContains(refused, "header l5d-dtab-signed: "));
  CHECK(w.Counts() == "0 accepted 0 unsigned 1 invalid 0 expired");
}

TEST_CASE(
    "where contexts are cleared, signed rules are honoured if the server says so, and nothing else is") {
  RouterConfig config = Guarded({kKey});
  config.servers[0].clear_context = true;
  SECTION("overrides: signed") {
    GuardedWorld w(config);
    REQUIRE(w.Answer(absl::StrCat("l5d-ctx-dtab: /svc=>/evil\r\nl5d-ctx-thing: 1\r\n", w.Signed())) == "two");
    CHECK(absl::StrContains(w.two.received[0], "\r\nl5d-ctx-dtab: /svc/web=>/svc/new\r\n"));
    CHECK_FALSE(absl::StrContains(w.two.received[0], "evil"));
    CHECK_FALSE(absl::StrContains(w.two.received[0], "l5d-ctx-thing"));
    CHECK(w.Counts() == "1 accepted 1 unsigned 0 invalid 0 expired");
  }
  SECTION("by default, none") {
    config.servers[0].override_keys.reset();
    GuardedWorld w(config);
    REQUIRE(w.Answer(w.Signed()) == "one");
    CHECK_FALSE(absl::StrContains(w.one.received[0], "dtab"));
  }
}

TEST_CASE("a server that honours no rules drops all") {
  GuardedWorld w(Guarded({}));
  REQUIRE(w.Answer(absl::StrCat("l5d-dtab: ", kRules, "\r\n", w.Signed())) == "one");
  CHECK_FALSE(absl::StrContains(w.one.received[0], "dtab"));
  CHECK(w.Counts() == "0 accepted 1 unsigned 1 invalid 0 expired");
}

TEST_CASE("a diagnostic trace follows signed rules") {
  GuardedWorld w;
  w.interpreter.explanation = "{}";
  const std::string report = w.Ask(absl::StrCat(
      "TRACE / HTTP/1.1\r\nHost: web\r\nl5d-add-context: true\r\nMax-Forwards: 0\r\n", w.Signed(), "\r\n"));
  CHECK(absl::StrContains(report, "client name: /#/v2\n"));
}

}  // namespace
}  // namespace heddle::testing
