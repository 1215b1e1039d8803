// What a router keeps of names and clients, and for how long.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

bool IsOk(const std::string& response) { return absl::StartsWith(response, "HTTP/1.1 200 "); }

std::string Name(int i) { return absl::StrCat("/svc/n", i); }
std::string Host(int i) { return absl::StrCat("n", i); }

TEST_CASE("a cache smaller than the names is correct, and neither binds nor connects anew") {
  RouterConfig config;
  config.route.max_routes = 2;
  World w(config);
  Backend backend(w.loop, Answer(Ok("hello")));
  std::vector<std::unique_ptr<FakeClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<FakeClient>(absl::StrCat("/#/c", i)));
    clients.back()->SetPorts({backend.port()});
    w.interpreter.Set(Name(i), clients.back()->Leaf());
  }
  std::vector<std::unique_ptr<TestClient>> requesters;
  for (int i = 0; i < 5; ++i) requesters.push_back(std::make_unique<TestClient>(w.loop, w.address()));
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 5; ++i) requesters[i]->connection->Write(Get(Host((round + 2 * i) % 10)));
    for (auto& requester : requesters) {
      w.Until([&] { return ResponseSize(requester->in) > 0; });
      CHECK(IsOk(requester->in));
      requester->in.clear();
    }
    w.Advance(Millis(1000));
  }
  CHECK(w.interpreter.binds == 10);
  CHECK(backend.connections <= 20);
  CHECK(w.CounterOf("rt|http|bindcache|path|misses") >= 80);
  CHECK(w.CounterOf("rt|http|bindcache|path|evicts") >= 70);
  CHECK(w.CounterOf("rt|http|bindcache|tree|misses") == 10);
  CHECK(w.CounterOf("rt|http|bindcache|bound|misses") == 10);
  CHECK(w.CounterOf("rt|http|bindcache|client|misses") == 10);
  CHECK(w.GaugeOf("rt|http|bindcache|path|bound") <= 2);
}

TEST_CASE("every cache at its smallest: still correct") {
  RouterConfig config;
  config.route.max_routes = config.route.max_trees = config.route.max_bounds = config.route.max_clients = 1;
  World w(config);
  Backend backend(w.loop, Answer(Ok("hello")));
  std::vector<std::unique_ptr<FakeClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<FakeClient>(absl::StrCat("/#/c", i)));
    clients.back()->SetPorts({backend.port()});
    w.interpreter.Set(Name(i), clients.back()->Leaf());
  }
  for (int i = 0; i < 40; ++i) CHECK(IsOk(w.Ask(Get(Host(i % 4)))));
  CHECK(w.CounterOf("rt|http|bindcache|tree|evicts") > 10);
  CHECK(w.CounterOf("rt|http|bindcache|client|evicts") > 10);
}

TEST_CASE("a name in use stays above the limit, and goes when it is free") {
  RouterConfig config;
  config.route.max_routes = 1;
  World w(config);
  std::vector<Backend::Peer*> held;
  Backend backend(w.loop, [&](Backend::Peer& peer, const std::string& bytes) {
    held.push_back(&peer);
    return bytes.size();
  });
  FakeClient web("/#/web");
  web.SetPorts({backend.port()});
  std::vector<std::unique_ptr<TestClient>> requesters;
  for (int i = 0; i < 3; ++i) {
    w.interpreter.Set(Name(i), web.Leaf());
    requesters.push_back(std::make_unique<TestClient>(w.loop, w.address()));
    requesters.back()->connection->Write(Get(Host(i)));
    w.Until([&] { return held.size() == static_cast<size_t>(i) + 1; });
  }
  CHECK(w.CounterOf("rt|http|bindcache|path|evicts") == 0);
  CHECK(w.CounterOf("rt|http|bindcache|path|oneshots") == 2);
  for (int i = 0; i < 3; ++i) {
    held[i]->connection->Write(Ok("late"));
    w.Until([&] { return absl::EndsWith(requesters[i]->in, "late"); });
  }
  w.Advance(Millis(1000));
  w.Advance(Millis(1000));
  CHECK(w.CounterOf("rt|http|bindcache|path|evicts") == 2);
}

TEST_CASE("a name asked for in the same second as it is looked at for eviction outlives one that is not") {
  RouterConfig config;
  config.route.max_routes = 3;
  World w(config);
  Backend backend(w.loop, Answer(Ok("hello")));
  FakeClient web("/#/web");
  web.SetPorts({backend.port()});
  for (int i = 0; i < 50; ++i) w.interpreter.Set(Name(i), web.Leaf());
  w.Ask(Get(Host(0)));
  for (int i = 1; i < 50; ++i) {
    w.clock.Advance(Millis(10));
    w.Ask(Get(Host(i)));
    w.clock.Advance(Millis(10));
    w.Ask(Get(Host(0)));
  }
  CHECK(w.CounterOf("rt|http|bindcache|path|misses") == 50);  // n0 was asked for once only
}

TEST_CASE("an unknown name is looked up once, followed, and forgotten in its time") {
  World w;
  w.interpreter.Set(Name(0), BoundTree::Neg());
  for (int i = 0; i < 5; ++i) {
    CHECK(absl::StartsWith(w.Ask(Get(Host(0))), "HTTP/1.1 502 "));
    w.Advance(Millis(50'000));
  }
  CHECK(w.interpreter.binds == 1);
  SECTION("it comes to lead somewhere") {
    Backend backend(w.loop, Answer(Ok("hello")));
    FakeClient web("/#/web");
    web.SetPorts({backend.port()});
    w.interpreter.Set(Name(0), web.Leaf());
    w.Settle();
    CHECK(IsOk(w.Ask(Get(Host(0)))));
    CHECK(w.interpreter.binds == 1);
  }
  SECTION("it is not asked for") {
    CHECK(w.interpreter.At(Name(0))->has_subscribers());
    w.Advance(Millis(9'000));
    w.Advance(Millis(2'000));
    w.Settle();
    CHECK_FALSE(w.interpreter.At(Name(0))->has_subscribers());
    CHECK(w.CounterOf("rt|http|bindcache|path|expires") == 1);
  }
}

TEST_CASE("a scan of names that lead nowhere costs what is kept of them") {
  RouterConfig config;
  config.route.max_unknowns = 10;
  config.route.max_trees = 1;
  World w(config);
  Backend backend(w.loop, Answer(Ok("hello")));
  FakeClient web("/#/web");
  web.SetPorts({backend.port()});
  w.interpreter.Set("/svc/web", web.Leaf());
  CHECK(IsOk(w.Ask(Get("web"))));
  TestClient scanner(w.loop, w.address());
  for (int i = 0; i < 300; ++i) {
    w.interpreter.Set(Name(i), BoundTree::Neg());
    scanner.connection->Write(Get(Host(i)));
    w.Until([&] { return ResponseSize(scanner.in) > 0; });
    scanner.in.clear();
  }
  w.Settle();
  int followed = 0;
  for (int i = 0; i < 300; ++i) followed += w.interpreter.At(Name(i))->has_subscribers() ? 1 : 0;
  CHECK(followed == 10);
  CHECK(w.interpreter.binds == 301);
  CHECK(IsOk(w.Ask(Get("web"))));
  CHECK(w.interpreter.binds == 301);
  CHECK(w.CounterOf("rt|http|bindcache|tree|oneshots") == 0);
}

TEST_CASE("a rule that goes back finds the connections as they were") {
  World w;
  Backend one(w.loop, Answer(Ok("1")));
  Backend two(w.loop, Answer(Ok("2")));
  FakeClient v1("/#/v1");
  FakeClient v2("/#/v2");
  v1.SetPorts({one.port()});
  v2.SetPorts({two.port()});
  for (int i = 0; i < 6; ++i) {
    w.interpreter.Set("/svc/web", (i % 2 == 0 ? v1 : v2).Leaf());
    w.Settle();
    CHECK(absl::EndsWith(w.Ask(Get("web")), i % 2 == 0 ? "1" : "2"));
    w.Advance(Millis(1000));
  }
  CHECK(one.connections == 1);
  CHECK(two.connections == 1);
  SECTION("but endpoints that changed meanwhile are not served from memory") {
    v1.SetPorts({two.port()});
    w.interpreter.Set("/svc/web", v1.Leaf());
    w.Settle();
    CHECK(absl::EndsWith(w.Ask(Get("web")), "2"));
    CHECK(one.connections == 1);
  }
  SECTION("and while they are not known, requests wait") {
    v1.addr->Set(Addr::Pending());
    w.interpreter.Set("/svc/web", v1.Leaf());
    w.Settle();
    TestClient client(w.loop, w.address());
    client.connection->Write(Get("web"));
    w.Settle();
    CHECK(client.in.empty());
    v1.SetPorts({one.port()});
    w.Until([&] { return absl::EndsWith(client.in, "1"); });
    CHECK(one.connections == 1);
  }
}

}  // namespace
}  // namespace heddle::testing
