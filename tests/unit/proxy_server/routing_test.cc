#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

constexpr char kWeb[] = "/#/io.l5d.fs/web";

bool Is(const std::string& response, int status) {
  return absl::StartsWith(response, absl::StrCat("HTTP/1.1 ", status, " ")) &&
         absl::StrContains(response, "\r\nl5d-err: ");
}

TEST_CASE("a name that leads nowhere: 502, and the connection stays") {
  World w;
  w.interpreter.Set("/svc/nowhere", BoundTree::Neg());
  w.interpreter.Set("/svc/fail", BoundTree::Fail());
  w.interpreter.Set("/svc/empty", BoundTree::Empty());
  FakeClient uninhabited(kWeb);
  uninhabited.SetPorts({});
  w.interpreter.Set("/svc/uninhabited", uninhabited.Leaf());
  FakeClient absent("/#/absent");
  absent.addr->Set(Addr::Absent());
  w.interpreter.Set("/svc/absent", absent.Leaf());
  TestClient client(w.loop, w.address());
  for (const char* host : {"nowhere", "fail", "empty", "uninhabited", "absent"}) {
    INFO(host);
    client.in.clear();
    client.connection->Write(Get(host));
    w.Until([&] { return ResponseSize(client.in) > 0; });
    CHECK(Is(client.in, 502));
    CHECK(absl::StrContains(client.in, absl::StrCat("no hosts are available for /svc/", host)));
    CHECK_FALSE(absl::StrContains(client.in, "Connection: close"));
  }
  CHECK(absl::StrContains(client.in, "#/absent (does not exist) (dtab version 7)"));
  CHECK(w.CounterOf(w.Server("failures")) == 5);

  w.interpreter.At("/svc/misspelt")->Set(FakeInterpreter::State::Ok({BoundTree::Neg(), {1, 0}}));
  CHECK(absl::StrContains(w.Ask(Get("misspelt")), "(namerd has no such dtab: "));
}

TEST_CASE("discovery that failed from the start: 503") {
  World w;
  w.interpreter.At("/svc/web")->Set(FakeInterpreter::State::Failed(absl::UnavailableError("namerd is away")));
  CHECK(Is(w.Ask(Get("web")), 503));
  FakeClient failed(kWeb);
  failed.addr->Set(Addr::Failed(absl::UnavailableError("disk on fire")));
  w.interpreter.Set("/svc/failed", failed.Leaf());
  const std::string response = w.Ask(Get("failed"));
  CHECK(Is(response, 503));
  CHECK(absl::StrContains(response, "disk on fire"));
}

TEST_CASE("a name not known yet: the request waits for the name and for its endpoints") {
  World w;
  Backend backend(w.loop, Answer(Ok("hello")));
  FakeClient web(kWeb);
  TestClient client(w.loop, w.address());
  client.connection->Write("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 6\r\n\r\nabc");
  w.Settle();
  client.connection->Write("def");
  w.Settle();
  CHECK(client.in.empty());
  w.interpreter.Set("/svc/web", web.Leaf());
  w.Settle();
  CHECK(client.in.empty());
  web.SetPorts({backend.port()});
  w.Until([&] { return absl::EndsWith(client.in, "hello"); });
}

TEST_CASE("a name that stays unknown: 503 after the binding timeout, and served once known") {
  World w;
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Settle();
  w.Advance(Millis(9000));
  CHECK(client.in.empty());
  w.Advance(Millis(1100));
  w.Until([&] { return ResponseSize(client.in) > 0; });
  CHECK(Is(client.in, 503));
  CHECK(absl::StrContains(client.in, "leads is not known yet: no answer so far from what binds names"));
  Backend backend(w.loop, Answer(Ok("hello")));
  FakeClient web(kWeb);
  web.SetPorts({backend.port()});
  w.interpreter.Set("/svc/web", web.Leaf());
  client.in.clear();
  client.connection->Write(Get("web"));
  w.Until([&] { return absl::EndsWith(client.in, "hello"); });
}

TEST_CASE("a requester that goes while its name is looked up leaves nothing behind") {
  World w;
  {
    TestClient client(w.loop, w.address());
    client.connection->Write(Get("web"));
    w.Settle();
    CHECK(w.GaugeOf(w.Server("pending")) == 1);
    client.connection->Reset();
    w.Settle();
  }
  CHECK(w.GaugeOf(w.Server("pending")) == 0);
  CHECK(w.GaugeOf(w.Server("connections")) == 0);
  w.interpreter.Set("/svc/web", BoundTree::Neg());
  w.Settle();
}

TEST_CASE("an error after something was known changes nothing") {
  World w;
  Backend backend(w.loop, Answer(Ok("hello")));
  FakeClient web(kWeb);
  web.SetPorts({backend.port()});
  w.interpreter.Set("/svc/web", web.Leaf());
  CHECK(absl::EndsWith(w.Ask(Get("web")), "hello"));
  const auto last = w.interpreter.At("/svc/web")->Get().value;
  SECTION("with the last value") {
    w.interpreter.At("/svc/web")->Set(FakeInterpreter::State::Failed(absl::UnavailableError("away"), last));
  }
  SECTION("without it") {
    w.interpreter.At("/svc/web")->Set(FakeInterpreter::State::Failed(absl::UnavailableError("away")));
  }
  SECTION("of the endpoints") { web.addr->Set(Addr::Failed(absl::UnavailableError("away"))); }
  SECTION("pending again") { web.addr->Set(Addr::Pending()); }
  CHECK(absl::EndsWith(w.Ask(Get("web")), "hello"));
}

TEST_CASE("a change of a rule moves the next request, and not the one on its way") {
  World w;
  Backend::Peer* held = nullptr;
  Backend one(w.loop, [&](Backend::Peer& peer, const std::string& bytes) {
    held = &peer;
    return bytes.size();
  });
  Backend two(w.loop, Answer(Ok("two")));
  FakeClient v1("/#/v1");
  FakeClient v2("/#/v2");
  v1.SetPorts({one.port()});
  v2.SetPorts({two.port()});
  w.interpreter.Set("/svc/web", v1.Leaf());
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return held != nullptr; });
  w.interpreter.Set("/svc/web", v2.Leaf("/rest"));
  CHECK(absl::EndsWith(w.Ask(Get("web", "l5d-dst-residual: /x\r\n")), "two"));
  CHECK(absl::StrContains(two.received[0], "l5d-dst-residual: /rest\r\n"));
  CHECK_FALSE(absl::StrContains(two.received[0], "/x"));
  held->connection->Write(Ok("one"));
  w.Until([&] { return absl::EndsWith(client.in, "one"); });
}

TEST_CASE("a union is split by its weights") {
  World w;
  Backend one(w.loop, Answer(Ok("1")));
  Backend two(w.loop, Answer(Ok("2")));
  FakeClient v1("/#/v1");
  FakeClient v2("/#/v2");
  v1.SetPorts({one.port()});
  v2.SetPorts({two.port()});
  w.interpreter.Set("/svc/web", BoundTree::Union({{3, v1.Leaf()}, {1, v2.Leaf()}, {0, BoundTree::Neg()}}));
  TestClient client(w.loop, w.address());
  for (int i = 0; i < 400; ++i) {
    client.in.clear();
    client.connection->Write(Get("web"));
    w.Until([&] { return ResponseSize(client.in) > 0; });
  }
  CHECK(one.received.size() + two.received.size() == 400);
  CHECK(two.received.size() > 50);  // 100 expected, five standard deviations
  CHECK(two.received.size() < 150);
}

TEST_CASE("the request's own rules lead elsewhere, and are passed on") {
  World w;
  Backend one(w.loop, Answer(Ok("1")));
  Backend two(w.loop, Answer(Ok("2")));
  FakeClient v1("/#/v1");
  FakeClient v2("/#/v2");
  v1.SetPorts({one.port()});
  v2.SetPorts({two.port()});
  w.interpreter.Set("/svc/web", v1.Leaf());
  w.interpreter.Set("/svc/web", v2.Leaf(), "/a=>/b;/c=>/d;/e=>/f");
  CHECK(absl::EndsWith(w.Ask(Get("web")), "1"));
  CHECK(absl::EndsWith(
      w.Ask(Get("web", "l5d-dtab: /c => /d\r\nL5D-CTX-DTAB: /a=>/b\r\nl5d-dtab: /e=>/f\r\n")), "2"));
  CHECK(absl::StrContains(two.received[0], "l5d-ctx-dtab: /a=>/b;/c=>/d;/e=>/f\r\n"));
  CHECK_FALSE(absl::StrContains(two.received[0], "l5d-dtab"));
  CHECK(absl::EndsWith(w.Ask(Get("web", "l5d-dtab: \r\n")), "1"));
  CHECK_FALSE(absl::StrContains(one.received[1], "dtab"));
  CHECK(absl::EndsWith(w.Ask(Get("web", "dtab-local: /a=>/b\r\n")), "1"));
  CHECK(absl::StrContains(one.received[2], "dtab-local: /a=>/b\r\n"));
  const std::string refused = w.Ask(Get("web", "l5d-dtab: i am not a dtab\r\n"));
  CHECK(Is(refused, 400));
  CHECK(absl::StrContains(refused, "header l5d-dtab"));
}

TEST_CASE("an error with long rules of the request's own still ends with its reason, in l5d-err too") {
  World w;
  const std::string rules = absl::StrCat("/a=>/", std::string(6000, 'b'));
  w.interpreter.Set("/svc/web", BoundTree::Neg(), rules);
  const std::string response = w.Ask(Get("web", absl::StrCat("l5d-dtab: ", rules, "\r\n")));
  CHECK(Is(response, 502));
  CHECK(absl::StrContains(response, "bbb...\": it leads to ~ (no rule leads to a service that exists)"));
  CHECK(absl::StrContains(response, "bbb...%22%3A+it+leads+to+%7E"));
}

TEST_CASE("endpoints come and go: connections of those that stay are kept") {
  World w;
  Backend one(w.loop, Answer(Ok("1")));
  Backend two(w.loop, Answer(Ok("2")));
  FakeClient web(kWeb);
  web.SetPorts({one.port()});
  w.interpreter.Set("/svc/web", web.Leaf());
  CHECK(absl::EndsWith(w.Ask(Get("web")), "1"));
  web.SetPorts({one.port(), two.port()});
  for (int i = 0; i < 50; ++i) w.Ask(Get("web"));
  CHECK(one.connections == 1);
  CHECK(two.connections == 1);
  web.SetPorts({two.port()});
  w.Until([&] { return one.peers.front()->ended; });
  for (int i = 0; i < 10; ++i) CHECK(absl::EndsWith(w.Ask(Get("web")), "2"));
  CHECK(two.connections == 1);
  web.SetPorts({});
  CHECK(Is(w.Ask(Get("web")), 502));
}

TEST_CASE("names made up by strangers displace each other, not those in use") {
  RouterConfig config;
  config.route.max_unknowns = 8;
  config.route.max_waiting = 8;
  World w(config);
  Backend backend(w.loop, Answer(Ok("hello")));
  FakeClient web(kWeb);
  web.SetPorts({backend.port()});
  w.interpreter.Set("/svc/web", web.Leaf());
  w.Ask(Get("web"));
  for (int i = 0; i < 40; ++i) {
    w.interpreter.Set(absl::StrCat("/svc/x", i), BoundTree::Neg());
    CHECK(Is(w.Ask(Get(absl::StrCat("x", i))), 502));
  }
  CHECK(w.CounterOf("rt|http|bindcache|path|evicts") == 32);
  const size_t binds = w.interpreter.binds;
  CHECK(absl::EndsWith(w.Ask(Get("web")), "hello"));
  CHECK(w.interpreter.binds == binds);

  // As many as are allowed wait: the next is told to come again.
  std::vector<std::unique_ptr<TestClient>> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(std::make_unique<TestClient>(w.loop, w.address()));
    waiting.back()->connection->Write(Get(absl::StrCat("y", i)));
    w.Settle();
  }
  CHECK(Is(w.Ask(Get("z")), 503));
}

TEST_CASE("a name not asked for is forgotten, one in use is not") {
  World w;
  Backend::Peer* held = nullptr;
  Backend backend(w.loop, [&](Backend::Peer& peer, const std::string& bytes) {
    held = &peer;
    return bytes.size();
  });
  FakeClient web(kWeb);
  web.SetPorts({backend.port()});
  w.interpreter.Set("/svc/web", web.Leaf());
  w.interpreter.Set("/svc/x", BoundTree::Neg());
  w.Ask(Get("x"));
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return held != nullptr; });
  w.Advance(Millis(599'000));
  w.Advance(Millis(500));
  CHECK(client.in.empty());
  held->connection->Write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
  w.Until([&] { return !client.in.empty(); });
  w.Advance(Millis(1000));
  w.Advance(Millis(1000));
  CHECK(w.CounterOf("rt|http|bindcache|path|expires") == 1);
  held->connection->Write("!");
  w.Until([&] { return absl::EndsWith(client.in, "!"); });
  w.Advance(Millis(601'000));
  w.Advance(Millis(1000));
  CHECK(w.CounterOf("rt|http|bindcache|path|expires") == 2);
  // Nothing is left of the client either.
  CHECK(w.CounterOf("rt|http|client|#/io.l5d.fs/web|requests") == 0);
}

TEST_CASE("a request without what identifies it") {
  World w;
  const std::string response = w.Ask("GET / HTTP/1.1\r\n\r\n");
  CHECK(Is(response, 400));
  CHECK(absl::StrContains(response, "Content-Type: text/plain\r\n"));
  CHECK(absl::StrContains(response, "\r\n\r\nUnknown destination: Request("));
  CHECK(absl::EndsWith(response, " / Host header is absent"));
  CHECK(Is(w.Ask("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400));
  CHECK(Is(w.Ask("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"), 501));
}

}  // namespace
}  // namespace heddle::testing
