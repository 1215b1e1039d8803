// Unions whose members come and go, and members that are a status.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

struct Answers {
  int one = 0;
  int two = 0;
  int other = 0;
};

struct UnionWorld : World {
  UnionWorld() {
    v1.SetPorts({one.port()});
    v2.SetPorts({two.port()});
  }
  Answers Ask(int count) {
    Answers answers;
    TestClient client(loop, address());
    for (int i = 0; i < count; ++i) {
      client.in.clear();
      client.connection->Write(Get("web"));
      Until([&] { return ResponseSize(client.in) > 0; });
      ++(absl::EndsWith(client.in, "one")   ? answers.one
         : absl::EndsWith(client.in, "two") ? answers.two
                                            : answers.other);
    }
    return answers;
  }
  std::string AskOne() { return World::Ask(Get("web")); }

  Backend one{loop, Answer(Ok("one"))};
  Backend two{loop, Answer(Ok("two"))};
  FakeClient v1{"/#/v1"};
  FakeClient v2{"/#/v2"};
};

TEST_CASE("a member whose endpoints vanish leaves its requests to the others, and takes them back") {
  UnionWorld w;
  w.interpreter.Set("/svc/web", BoundTree::Union({{1, w.v1.Leaf()}, {1, w.v2.Leaf()}}));
  const Answers both = w.Ask(100);
  CHECK(both.one > 10);
  CHECK(both.two > 10);
  SECTION("known to have none") { w.v2.SetPorts({}); }
  SECTION("known not to exist") { w.v2.addr->Set(Addr::Absent()); }
  w.Settle();
  CHECK(w.Ask(100).one == 100);
  w.v2.SetPorts({w.two.port()});
  w.Settle();
  CHECK(w.Ask(100).two > 10);
}

TEST_CASE("a member not known yet, or in error from the start, holds nobody up") {
  UnionWorld w;
  FakeClient v3("/#/v3");
  SECTION("not known yet") {}
  SECTION("in error") { v3.addr->Set(Addr::Failed(absl::UnavailableError("away"))); }
  w.interpreter.Set("/svc/web", BoundTree::Union({{1, w.v1.Leaf()}, {9, v3.Leaf()}}));
  CHECK(w.Ask(50).one == 50);
  v3.SetPorts({w.two.port()});
  w.Settle();
  CHECK(w.Ask(100).two > 50);
}

TEST_CASE("when no member has endpoints, the answer says what is known of each") {
  UnionWorld w;
  w.interpreter.Set("/svc/web", BoundTree::Union({{1, w.v1.Leaf()}, {1, w.v2.Leaf()}}));
  w.v1.SetPorts({});
  SECTION("none and absent: 502") {
    w.v2.addr->Set(Addr::Absent());
    const std::string response = w.AskOne();
    CHECK(absl::StartsWith(response, "HTTP/1.1 502 "));
    CHECK(absl::StrContains(response, "/#/v1 (0 endpoints), /#/v2 (does not exist)"));
  }
  SECTION("one is in error from the start: 503") {
    w.v2.addr->Set(Addr::Failed(absl::UnavailableError("disk on fire")));
    const std::string response = w.AskOne();
    CHECK(absl::StartsWith(response, "HTTP/1.1 503 "));
    CHECK(absl::StrContains(response, "disk on fire"));
  }
  SECTION("one is not known yet: requests wait for it") {
    w.v2.addr->Set(Addr::Pending());
    TestClient client(w.loop, w.address());
    client.connection->Write(Get("web"));
    w.Settle();
    CHECK(client.in.empty());
    w.v2.SetPorts({w.two.port()});
    w.Until([&] { return absl::EndsWith(client.in, "two"); });
  }
}

TEST_CASE("a $ in a union fails its share") {
  UnionWorld w;
  w.interpreter.Set("/svc/web", BoundTree::Union({{1, w.v1.Leaf()}, {1, BoundTree::Empty()}}));
  const Answers answers = w.Ask(100);
  CHECK(answers.one > 10);
  CHECK(answers.other > 10);
}

BoundTree Status(const char* code) {
  return BoundTree::Leaf(
      {*Path::Parse(absl::StrCat("/$/io.buoyant.http.status/", code)), Constant(Addr::Bound({})), {}});
}

TEST_CASE("a name that is a status is answered by the proxy") {
  World w;
  w.interpreter.Set("/svc/web", Status("401"));
  TestClient client(w.loop, w.address());
  const auto ask = [&](const std::string& request) {
    client.in.clear();
    client.connection->Write(request);
    w.Until([&] { return ResponseSize(client.in) > 0 || client.ended; });
    return client.in;
  };
  CHECK(
      ask(Get("web")) ==
      "HTTP/1.1 401 Unauthorized\r\nVia: 1.1 linkerd\r\nContent-Length: 0\r\nl5d-success-class: 1.0\r\n\r\n");
  CHECK(
      absl::StartsWith(ask("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nabc"), "HTTP/1.1 401"));
  CHECK(absl::StartsWith(ask(Get("web")), "HTTP/1.1 401"));
  const std::string id = "rt|http|client|$/io.buoyant.http.status/401|";
  CHECK(w.CounterOf(id + "requests") == 3);
  CHECK(w.CounterOf(id + "success") == 3);
  CHECK(w.CounterOf(id + "service|svc/web|requests") == 3);
  CHECK(w.CounterOf("rt|http|service|svc/web|requests") == 3);
  CHECK(w.CounterOf(w.Server("status|401")) == 3);
}

TEST_CASE("statuses with rules of their own") {
  World w;
  w.interpreter.Set("/svc/a", Status("204"));
  w.interpreter.Set("/svc/b", Status("101"));
  w.interpreter.Set("/svc/c", Status("503"));
  CHECK(w.Ask(Get("a")) == "HTTP/1.1 204 No Content\r\nVia: 1.1 linkerd\r\nl5d-success-class: 1.0\r\n\r\n");
  const std::string interim = w.Ask(Get("b"));
  CHECK(absl::StartsWith(interim, "HTTP/1.1 502 "));
  CHECK(absl::StrContains(interim, "status 101"));
  // A body that has not come yet is not waited for.
  const std::string early = w.Ask("POST / HTTP/1.1\r\nHost: c\r\nContent-Length: 3\r\n\r\n");
  CHECK(absl::StartsWith(early, "HTTP/1.1 503 "));
  CHECK(absl::StrContains(early, "Connection: close\r\n"));
  CHECK(w.CounterOf("rt|http|client|$/io.buoyant.http.status/503|failures") == 1);
}

TEST_CASE("a status takes its share of a union, also when the others have no endpoints") {
  UnionWorld w;
  w.interpreter.Set("/svc/web", BoundTree::Union({{1, w.v1.Leaf()}, {1, Status("503")}}));
  const Answers answers = w.Ask(100);
  CHECK(answers.one > 10);
  CHECK(answers.other > 10);
  w.v1.SetPorts({});
  w.Settle();
  CHECK(absl::StartsWith(w.AskOne(), "HTTP/1.1 503 Service Unavailable\r\nVia"));
}

}  // namespace
}  // namespace heddle::testing
