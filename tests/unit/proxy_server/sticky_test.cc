// Requests with a key, through a router: the side they are on, and what goes on with them.
#include <catch2/catch.hpp>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/signing/digest.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

RouterConfig Sticky() {
  RouterConfig config;
  config.sticky_key = StickyKeyConfig{StickyKeyConfig::Kind::kHeader, "x-user-id"};
  return config;
}

// Two sides: each answers with its name, and the first one as `one` says.
struct StickyWorld : World {
  explicit StickyWorld(RouterConfig config = Sticky(), size_t workers = 1,
                       Backend::OnBytes answer = Answer(Ok("one")))
      : World(std::move(config), workers), one(loop, std::move(answer)) {
    v1.SetPorts({one.port()});
    v2.SetPorts({two.port()});
    Weigh(1, 1);
  }
  void Weigh(double first, double second) {
    interpreter.Set("/svc/web", BoundTree::Union({{first, v1.Leaf()}, {second, v2.Leaf()}}));
    Settle();
  }
  // The side that a request with `fields` goes to.
  std::string Side(const std::string& fields) {
    const std::string response = Ask(Get("web", fields));
    INFO(response);
    REQUIRE(ResponseSize(response) > 0);
    return response.substr(response.size() - 3);
  }
  std::string SideOf(const std::string& user) { return Side(absl::StrCat("x-user-id: ", user, "\r\n")); }
  // A user who is on `side`, for as long as nothing changes.
  std::string UserOn(const std::string& side) {
    for (int i = 0;; ++i) {
      if (const std::string user = absl::StrCat("user-", i); SideOf(user) == side) return user;
    }
  }
  Backend one;
  Backend two{loop, Answer(Ok("two"))};
  FakeClient v1{"/#/v1"};
  FakeClient v2{"/#/v2"};
};

TEST_CASE("a user stays on a side, whatever connection and worker a request comes on") {
  StickyWorld w(Sticky(), 4);
  StickyWorld other;
  std::set<std::string> sides;
  for (int i = 0; i < 10; ++i) {
    const std::string user = absl::StrCat("user-", i);
    const std::string side = w.SideOf(user);
    sides.insert(side);
    for (int again = 0; again < 8; ++again) CHECK(w.SideOf(user) == side);
    CHECK(other.SideOf(user) == side);
  }
  CHECK(sides.size() == 2);
}

TEST_CASE("while a side grows, its users stay") {
  StickyWorld w;
  w.Weigh(80, 20);
  const std::string early = w.UserOn("two");
  w.Weigh(50, 50);
  CHECK(w.SideOf(early) == "two");
  w.Weigh(1, 99);
  CHECK(w.SideOf(early) == "two");
}

TEST_CASE("a side that loses its endpoints lends its users to the other, until it has some again") {
  StickyWorld w;
  const std::string user = w.UserOn("two");
  w.v2.SetPorts({});
  w.Settle();
  CHECK(w.SideOf(user) == "one");
  w.v2.SetPorts({w.two.port()});
  w.Settle();
  CHECK(w.SideOf(user) == "two");
}

TEST_CASE("the key goes on as a number, which wins over the key where it comes to") {
  StickyWorld w;
  const std::string on_one = w.UserOn("one");
  const std::string on_two = w.UserOn("two");
  CHECK(w.SideOf(on_two) == "two");
  const std::string pin =
      absl::StrCat("l5d-ctx-sticky: ", absl::Hex(Digest64(on_two), absl::kZeroPad16), "\r\n");
  CHECK(absl::StrContains(w.two.received.back(), absl::StrCat("\r\n", pin)));
  CHECK_FALSE(absl::StrContains(w.two.received.back(), "sticky: \r\n"));

  const std::string key = absl::StrCat("x-user-id: ", on_one, "\r\n");
  CHECK(w.Side(absl::StrCat(pin, key)) == "two");
  CHECK(w.Side(pin) == "two");
  CHECK(absl::StrContains(w.two.received.back(), absl::StrCat("\r\n", pin)));
  CHECK(w.Side(absl::StrCat("l5d-ctx-sticky: garbage\r\n", key)) == "one");
  CHECK_FALSE(absl::StrContains(w.one.received.back(), "garbage"));
}

TEST_CASE("without a key a request is drawn, and the rest of its call graph goes to the same side") {
  StickyWorld w;
  std::set<std::string> sides;
  for (int i = 0; i < 40; ++i) {
    const size_t before = w.two.received.size();
    const std::string side = w.Side("");
    sides.insert(side);
    const std::string& head = w.two.received.size() > before ? w.two.received.back() : w.one.received.back();
    CHECK_FALSE(absl::StrContains(head, "l5d-ctx-sticky"));
    const size_t trace = head.find("l5d-ctx-trace: ");
    REQUIRE(trace != std::string::npos);
    const std::string context = head.substr(trace, head.find("\r\n", trace) + 2 - trace);
    CHECK(w.Side(context) == side);
    CHECK(w.Side(context) == side);
  }
  CHECK(sides.size() == 2);
}

TEST_CASE("what requesters say of their side is not believed where contexts are cleared; their key is") {
  RouterConfig config = Sticky();
  config.servers[0].clear_context = true;
  StickyWorld w(config);
  const std::string on_one = w.UserOn("one");
  const std::string on_two = w.UserOn("two");
  const auto pin = [](const std::string& user) {
    return absl::StrCat("l5d-ctx-sticky: ", absl::Hex(Digest64(user), absl::kZeroPad16), "\r\n");
  };
  CHECK(w.Side(absl::StrCat(pin(on_two), "x-user-id: ", on_one, "\r\n")) == "one");
  CHECK(absl::StrContains(w.one.received.back(), pin(on_one)));
  CHECK_FALSE(absl::StrContains(w.one.received.back(), pin(on_two)));
}

TEST_CASE("a router without a sticky key draws, and passes the side of others on as it came") {
  StickyWorld w((RouterConfig()));
  std::set<std::string> sides;
  for (int i = 0; i < 40; ++i) sides.insert(w.Side("l5d-ctx-sticky: 2bd806c97f0e00af\r\n"));
  CHECK(sides.size() == 2);
  CHECK(absl::StrContains(w.one.received.back(), "\r\nl5d-ctx-sticky: 2bd806c97f0e00af\r\n"));
  w.SideOf("alice");
  w.SideOf("alice");
  for (const Backend* backend : {&w.one, &w.two}) {
    const std::string& head = backend->received.back();
    if (absl::StrContains(head, "alice")) CHECK_FALSE(absl::StrContains(head, "l5d-ctx-sticky"));
  }
}

RouterConfig Retrying() {
  RouterConfig config = Sticky();
  config.services.Add(*PathMatcher::Parse("/"), [](const PathVariables&, ServiceConfig* c) {
    c->classifier = ClassifierKind::kRetryableRead5xx;
    c->retry_backoff = BackoffConfig::Constant(Millis(100));
  });
  return config;
}

constexpr char kRetries[] = "rt|http|service|svc/web|retries|total";
constexpr char kBroken[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

// Fails as often as `failures` says, then answers.
Backend::OnBytes Failing(std::shared_ptr<int> failures) {
  return [failures](Backend::Peer& peer, const std::string& bytes) {
    return Answer(*failures > 0 ? kBroken : Ok("one"))(peer, bytes);
  };
}

TEST_CASE("a retry stays on the side of its user") {
  const auto failures = std::make_shared<int>(0);
  StickyWorld w(Retrying(), 1, Failing(failures));
  const std::string user = w.UserOn("one");
  const size_t there = w.two.received.size();
  for (int i = 0; i < 10; ++i) {
    *failures = 1;
    TestClient client(w.loop, w.address());
    const size_t before = w.one.received.size();
    client.connection->Write(Get("web", absl::StrCat("x-user-id: ", user, "\r\n")));
    w.Until([&] { return w.CounterOf(kRetries) == static_cast<uint64_t>(i) + 1; });
    *failures = 0;
    w.Advance(Millis(100));
    w.Until([&] { return absl::EndsWith(client.in, "one"); });
    CHECK(w.one.received.size() == before + 2);
  }
  CHECK(w.two.received.size() == there);
}

TEST_CASE("a retry leaves the side of its user when that has no endpoint any more") {
  const auto held = std::make_shared<Backend::Peer*>(nullptr);
  const auto hold = std::make_shared<bool>(false);
  StickyWorld w(Retrying(), 1, [held, hold](Backend::Peer& peer, const std::string& bytes) {
    if (!*hold) return Answer(Ok("one"))(peer, bytes);
    *held = &peer;
    return bytes.size();
  });
  const std::string user = w.UserOn("one");
  *hold = true;
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web", absl::StrCat("x-user-id: ", user, "\r\n")));
  w.Until([&] { return *held != nullptr; });
  SECTION("it goes before the response") {
    w.v1.SetPorts({});
    w.Settle();
    (*held)->connection->Write(kBroken);
    w.Until([&] { return w.CounterOf(kRetries) == 1; });
  }
  SECTION("it goes in the wait before the retry") {
    (*held)->connection->Write(kBroken);
    w.Until([&] { return w.CounterOf(kRetries) == 1; });
    w.v1.SetPorts({});
    w.Settle();
  }
  w.Advance(Millis(100));
  w.Until([&] { return absl::EndsWith(client.in, "two"); });
}

TEST_CASE("a diagnostic trace reports the side that the user is on") {
  StickyWorld w;
  w.interpreter.explanation = "{}";
  for (const char* side : {"one", "two"}) {
    const std::string user = w.UserOn(side);
    const std::string report =
        w.Ask(absl::StrCat("TRACE / HTTP/1.1\r\nHost: web\r\nl5d-add-context: true\r\nMax-Forwards: 0\r\n",
                           "x-user-id: ", user, "\r\n\r\n"));
    INFO(report);
    CHECK(absl::StrContains(report, absl::StrCat("client name: /#/v", side == std::string("one") ? 1 : 2)));
  }
}

}  // namespace
}  // namespace heddle::testing
