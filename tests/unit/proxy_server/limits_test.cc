// What limits a request: timeouts, deadlines, places at a server and in a pool; and what limits connections.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

const char* const kClient = "rt|http|client|#/io.l5d.fs/web|";

// A backend that answers when the test says so.
struct Web : World {
  explicit Web(RouterConfig config = RouterConfig())
      : World(std::move(config)),
        backend(loop,
                [this](Backend::Peer& peer, const std::string& bytes) {
                  held.push_back(&peer);
                  heads.push_back(bytes);
                  return bytes.size();
                }),
        web("/#/io.l5d.fs/web") {
    web.SetPorts({backend.port()});
    interpreter.Set("/svc/web", web.Leaf());
  }
  void Answer(size_t i, const std::string& body) { held[i]->connection->Write(Ok(body)); }

  std::vector<Backend::Peer*> held;
  std::vector<std::string> heads;
  Backend backend;
  FakeClient web;
};

RouterConfig WithService(std::function<void(ServiceConfig*)> set) {
  RouterConfig config;
  config.services.Add(*PathMatcher::Parse("/"), [set](const PathVariables&, ServiceConfig* c) { set(c); });
  return config;
}

RouterConfig WithClient(std::function<void(ClientConfig*)> set) {
  RouterConfig config;
  config.clients.Add(*PathMatcher::Parse("/"), [set](const PathVariables&, ClientConfig* c) { set(c); });
  return config;
}

RouterConfig WithServer(std::function<void(ServerConfig*)> set) {
  RouterConfig config;
  set(&config.servers[0]);
  return config;
}

std::string DeadlineField(const World& w, Millis from_now) {
  const Nanos now = w.clock.WallNow();
  return absl::StrCat("l5d-ctx-deadline: ", now.count(), " ", (now + from_now).count(), "\r\n");
}

TEST_CASE("a request has as much time as is configured") {
  RouterConfig config;
  std::string reason;
  SECTION("in all") {
    config = WithService([](ServiceConfig* c) { c->total_timeout = Millis(500); });
    reason = "totalTimeoutMs";
  }
  SECTION("at the server") {
    config = WithServer([](ServerConfig* c) { c->request_timeout = Millis(500); });
    reason = "timeoutMs+of+the+server";
  }
  SECTION("for an attempt") {
    config = WithClient([](ClientConfig* c) { c->attempt_timeout = Millis(500); });
    reason = "requestAttemptTimeoutMs";
  }
  Web w(std::move(config));
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() == 1; });
  w.Advance(Millis(450));
  w.Settle();
  CHECK(client.in.empty());
  w.Advance(Millis(100));
  w.Until([&] { return ResponseSize(client.in) > 0; });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 503 "));
  CHECK(absl::StrContains(client.in, reason));
  w.Until([&] { return w.backend.peers.front()->ended; });
  CHECK(w.GaugeOf(absl::StrCat(kClient, "pending")) == 0);
  // The requester's connection is as good as before.
  client.in.clear();
  client.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() == 2; });
  w.Answer(1, "hello");
  w.Until([&] { return absl::EndsWith(client.in, "hello"); });
}

TEST_CASE("a response that has begun is not limited any more") {
  Web w(WithService([](ServiceConfig* c) { c->total_timeout = Millis(500); }));
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() == 1; });
  w.held[0]->connection->Write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
  w.Until([&] { return absl::EndsWith(client.in, "abc"); });
  w.Advance(Millis(5000));
  w.held[0]->connection->Write("def");
  w.Until([&] { return absl::EndsWith(client.in, "abcdef"); });
}

TEST_CASE("an attempt that took too long is made again where it may be") {
  RouterConfig config = WithClient([](ClientConfig* c) { c->attempt_timeout = Millis(500); });
  config.services.Add(*PathMatcher::Parse("/"), [](const PathVariables&, ServiceConfig* c) {
    c->classifier = ClassifierKind::kRetryableRead5xx;
  });
  Web w(std::move(config));
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() == 1; });
  w.Advance(Millis(600));
  w.Until([&] { return w.held.size() == 2; });
  w.Answer(1, "hello");
  w.Until([&] { return absl::EndsWith(client.in, "hello"); });
  CHECK(w.CounterOf("rt|http|service|svc/web|retries|total") == 1);
}

TEST_CASE("a request whose deadline has passed fails at once") {
  Web w;
  const std::string response = w.Ask(Get("web", DeadlineField(w, Millis(-1))));
  CHECK(absl::StartsWith(response, "HTTP/1.1 504 "));
  CHECK(absl::StrContains(response, "\r\nl5d-err: "));
  CHECK(w.held.empty());
}

TEST_CASE("a request ends with its deadline, which is not held against the endpoint") {
  Web w(WithClient([](ClientConfig* c) { c->endpoint.accrual.failures = 1; }));
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web", DeadlineField(w, Millis(300))));
  w.Until([&] { return w.held.size() == 1; });
  w.Advance(Millis(301));
  w.Until([&] { return ResponseSize(client.in) > 0; });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 504 "));
  CHECK(w.CounterOf(absl::StrCat(kClient, "failure_accrual|removals")) == 0);
}

TEST_CASE("a deadline is passed on, shortened by what is configured here") {
  SECTION("as it came") {
    Web w;
    const std::string field = DeadlineField(w, Millis(5000));
    TestClient client(w.loop, w.address());
    client.connection->Write(Get("web", field));
    w.Until([&] { return w.held.size() == 1; });
    CHECK(absl::StrContains(w.heads[0], field));
  }
  SECTION("shortened, also where none came") {
    Web w(WithService([](ServiceConfig* c) { c->total_timeout = Millis(500); }));
    TestClient client(w.loop, w.address());
    SECTION("from a longer one") { client.connection->Write(Get("web", DeadlineField(w, Millis(5000)))); }
    SECTION("from none") { client.connection->Write(Get("web")); }
    const std::string expected = DeadlineField(w, Millis(500));
    w.Until([&] { return w.held.size() == 1; });
    CHECK(absl::StrContains(w.heads[0], expected));
  }
}

TEST_CASE("a server takes as many requests at once as it may") {
  Web w(WithServer([](ServerConfig* c) { c->max_concurrent_requests = 1; }));
  TestClient first(w.loop, w.address());
  first.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() == 1; });
  const std::string shed = w.Ask(Get("web"));
  CHECK(absl::StartsWith(shed, "HTTP/1.1 503 "));
  CHECK(absl::StrContains(shed, "\r\nl5d-retryable: true\r\n"));
  SECTION("and takes others when one is answered") {
    w.Answer(0, "one");
    w.Until([&] { return absl::EndsWith(first.in, "one"); });
  }
  SECTION("and when its requester goes") {
    first.connection->Reset();
    w.Until([&] { return w.backend.peers.front()->ended; });
  }
  TestClient second(w.loop, w.address());
  second.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() == 2; });
}

TEST_CASE("requests wait for a connection when all that there may be are in use; beyond, they are shed") {
  Web w(WithClient([](ClientConfig* c) {
    c->endpoint.max_connections = 1;
    c->endpoint.max_waiters = 1;
    c->endpoint.accrual.failures = 1;
  }));
  TestClient first(w.loop, w.address());
  first.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() == 1; });
  TestClient second(w.loop, w.address());
  second.connection->Write("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nabc");
  w.Until([&] { return w.GaugeOf(absl::StrCat(kClient, "pool_waiters")) == 1; });
  const std::string shed = w.Ask(Get("web"));
  CHECK(absl::StartsWith(shed, "HTTP/1.1 503 "));
  CHECK(absl::StrContains(shed, "\r\nl5d-retryable: true\r\n"));
  // An endpoint that is busy is not broken, and to ask it again at once is of no use.
  CHECK(w.CounterOf(absl::StrCat(kClient, "failure_accrual|removals")) == 0);
  CHECK(w.CounterOf(absl::StrCat(kClient, "retries|requeues")) == 0);
  CHECK(w.CounterOf(absl::StrCat(kClient, "retries|budget_exhausted")) == 0);
  SECTION("first come, first served") {
    w.Answer(0, "one");
    w.Until([&] { return w.held.size() == 2; });
    CHECK(absl::EndsWith(w.heads[1], "\r\n\r\nabc"));
    w.Answer(1, "two");
    w.Until([&] { return absl::EndsWith(second.in, "two"); });
    CHECK(w.backend.connections == 1);
  }
  SECTION("one that goes waits no more") {
    second.connection->Reset();
    w.Until([&] { return w.GaugeOf(absl::StrCat(kClient, "pool_waiters")) == 0; });
  }
}

TEST_CASE("a request goes where there is room, and if there is none it is shed at once") {
  Web w(WithClient([](ClientConfig* c) {
    c->endpoint.max_connections = 1;
    c->endpoint.max_waiters = 0;
  }));
  size_t others = 0;
  Backend other(w.loop, [&](Backend::Peer&, const std::string& bytes) {
    ++others;
    return bytes.size();
  });
  w.web.SetPorts({w.backend.port(), other.port()});
  TestClient first(w.loop, w.address());
  first.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() + others == 1; });
  TestClient second(w.loop, w.address());
  second.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() + others == 2; });
  CHECK(others == 1);
  const uint64_t requeues = w.CounterOf(absl::StrCat(kClient, "retries|requeues"));
  CHECK(absl::StartsWith(w.Ask(Get("web")), "HTTP/1.1 503 "));
  CHECK(w.CounterOf(absl::StrCat(kClient, "retries|requeues")) == requeues);
  CHECK(w.CounterOf(absl::StrCat(kClient, "retries|not_open")) == 1);
}

TEST_CASE("connections of requesters end as configured") {
  Web w(WithServer([](ServerConfig* c) {
    c->session_idle = Millis(5000);
    c->session_life = Millis(60'000);
  }));
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return w.held.size() == 1; });
  SECTION("unused for so long") {
    w.Answer(0, "hello");
    w.Until([&] { return absl::EndsWith(client.in, "hello"); });
    w.Advance(Millis(4000));
    w.Settle();
    CHECK_FALSE(client.ended);
    w.Advance(Millis(2500));
    w.Until([&] { return client.ended; });
  }
  SECTION("so old, once the response is sent") {
    w.Advance(Millis(61'000));
    w.Answer(0, "hello");
    w.Until([&] { return absl::EndsWith(client.in, "hello"); });
    w.Advance(Millis(1100));
    w.Until([&] { return client.ended; });
    CHECK_FALSE(client.failed);
  }
}

TEST_CASE("a requester that stalls for as long as its socket may is closed") {
  Web w(WithServer([](ServerConfig* c) {
    c->socket.read_timeout = Millis(3000);
    c->socket.write_timeout = Millis(3000);
  }));
  TestClient client(w.loop, w.address());
  SECTION("in the middle of a body") {
    client.connection->Write("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nab");
    w.Until([&] { return w.held.size() == 1; });
    for (int i = 0; i < 4; ++i) w.Advance(Millis(1100));
    w.Until([&] { return client.ended; });
  }
  SECTION("not while it waits for its response") {
    client.connection->Write(Get("web"));
    w.Until([&] { return w.held.size() == 1; });
    for (int i = 0; i < 6; ++i) w.Advance(Millis(1100));
    w.Answer(0, "hello");
    w.Until([&] { return absl::EndsWith(client.in, "hello"); });
    CHECK_FALSE(client.ended);
  }
  SECTION("with a response that it does not read") {
    client.connection->Write(Get("web"));
    w.Until([&] { return w.held.size() == 1; });
    client.connection->PauseReading();
    w.held[0]->connection->Write("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
    for (int i = 0; i < 400; ++i) w.held[0]->connection->Write(std::string(64 << 10, 'x'));
    w.Until([&] {
      w.Advance(Millis(1100));
      return w.GaugeOf(w.Server("connections")) == 0;
    });
  }
}

TEST_CASE("a router that is the first of a chain says so") {
  RouterConfig config;
  config.originator = true;
  Web w(std::move(config));
  CHECK(w.GaugeOf("rt|http|originator") == 1);
}

TEST_CASE("a cleared context") {
  Web w(WithServer([](ServerConfig* c) { c->clear_context = true; }));
  SECTION("is not believed, nor passed on") {
    TestClient client(w.loop, w.address());
    client.connection->Write(Get("web", "l5d-dtab: not a dtab\r\nl5d-ctx-thing: x\r\n"));
    w.Until([&] { return w.held.size() == 1; });
    CHECK_FALSE(absl::StrContains(w.heads[0], "l5d-dtab"));
    CHECK_FALSE(absl::StrContains(w.heads[0], "l5d-ctx-thing"));
    SECTION("responses lose what is the mesh's") {
      w.Answer(0, "hello");
      w.Until([&] { return absl::EndsWith(client.in, "hello"); });
      CHECK_FALSE(absl::StrContains(client.in, "l5d-"));
    }
    SECTION("and errors their text") {
      w.held[0]->connection->Write("HTTP/1.1 502 Bad\r\nl5d-err: x\r\nContent-Length: 6\r\n\r\nsec");
      w.Until([&] { return ResponseSize(client.in) > 0; });
      w.held[0]->connection->Write("ret");
      w.Settle();
      CHECK(absl::StartsWith(client.in, "HTTP/1.1 502 "));
      CHECK(absl::StrContains(client.in, "Content-Length: 0\r\n"));
      CHECK(absl::EndsWith(client.in, "\r\n\r\n"));
      client.in.clear();
      client.connection->Write(Get("web"));
      w.Until([&] { return w.held.size() == 2; });
    }
  }
  SECTION("an error says nothing") {
    w.interpreter.Set("/svc/nobody", BoundTree::Neg());
    const std::string response = w.Ask(Get("nobody"));
    CHECK(absl::StartsWith(response, "HTTP/1.1 502 "));
    CHECK_FALSE(absl::StrContains(response, "l5d-"));
    CHECK(absl::EndsWith(response, "\r\n\r\n"));
  }
}

}  // namespace
}  // namespace heddle::testing
