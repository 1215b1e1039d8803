// Requests that are sent again: when, where to, how often, and what the requester sees of it.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

const char* const kClient = "rt|http|client|#/io.l5d.fs/web|";
const char* const kService = "rt|http|service|svc/web|";

RouterConfig With(
    ClassifierKind classifier, std::function<void(ServiceConfig*)> more = [](ServiceConfig*) {}) {
  RouterConfig config;
  config.services.Add(*PathMatcher::Parse("/"), [classifier, more](const PathVariables&, ServiceConfig* c) {
    c->classifier = classifier;
    more(c);
  });
  return config;
}

// So many retries, and no more.
void Retries(double n, ServiceConfig* config) {
  config->retry_budget.ttl = std::chrono::seconds(10);
  config->retry_budget.min_retries_per_sec = n / 10;
  config->retry_budget.percent_can_retry = 0;
}

std::string Failure(const std::string& body, const std::string& fields = "") {
  return absl::StrCat("HTTP/1.1 500 Internal Server Error\r\nContent-Length: ", body.size(), "\r\n", fields,
                      "\r\n", body);
}

std::string Post(const std::string& body) {
  return absl::StrCat("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

// Answers the first request with the first response and so on, those beyond with the last.
Backend::OnBytes Script(std::vector<std::string> responses) {
  auto next = std::make_shared<size_t>(0);
  return [responses = std::move(responses), next](Backend::Peer& peer, const std::string& bytes) {
    const std::string& response = responses[std::min(*next, responses.size() - 1)];
    const size_t taken = Answer(response)(peer, bytes);
    if (taken > 0) ++*next;
    return taken;
  };
}

struct Web : World {
  Web(RouterConfig config, Backend::OnBytes answer, size_t workers = 1)
      : World(std::move(config), workers), backend(loop, std::move(answer)), web("/#/io.l5d.fs/web") {
    web.SetPorts({backend.port()});
    interpreter.Set("/svc/web", web.Leaf());
  }
  Backend backend;
  FakeClient web;
};

TEST_CASE("a failure that may be tried again is, and the requester sees the last response") {
  Web w(With(ClassifierKind::kRetryableRead5xx), Script({Failure("no"), Ok("yes")}));
  const std::string response = w.Ask(Get("web"));
  CHECK(absl::StartsWith(response, "HTTP/1.1 200 OK\r\n"));
  CHECK(absl::EndsWith(response, "\r\n\r\nyes"));
  CHECK(absl::StrContains(response, "l5d-success-class: 1.0\r\n"));
  REQUIRE(w.backend.received.size() == 2);
  CHECK(w.backend.connections == 1);  // its response was whole: the connection is good
  CHECK(w.CounterOf(absl::StrCat(kService, "requests")) == 1);
  CHECK(w.CounterOf(absl::StrCat(kService, "success")) == 1);
  CHECK(w.CounterOf(absl::StrCat(kService, "retries|total")) == 1);
  CHECK(w.CounterOf(absl::StrCat(kClient, "requests")) == 2);
  CHECK(w.CounterOf(absl::StrCat(kClient, "success")) == 1);
  CHECK(w.CounterOf(absl::StrCat(kClient, "failures")) == 1);
  CHECK(w.CounterOf(absl::StrCat(kClient, "status|500")) == 1);
  CHECK(w.CounterOf(absl::StrCat(kClient, "service|svc/web|failures")) == 1);
  CHECK(w.CounterOf(w.Server("requests")) == 1);
  CHECK(w.CounterOf(w.Server("success")) == 1);
}

TEST_CASE("a failure that may not be tried again is passed on, with its class") {
  SECTION("by the configured kind") {
    Web w(RouterConfig(), Script({Failure("no"), Ok("yes")}));
    const std::string response = w.Ask(Get("web"));
    CHECK(absl::StartsWith(response, "HTTP/1.1 500 "));
    CHECK(absl::StrContains(response, "l5d-success-class: 0.0\r\n"));
    CHECK(absl::EndsWith(response, "no"));
    CHECK(w.CounterOf(w.Server("failures")) == 1);
    CHECK(w.CounterOf(absl::StrCat(kService, "failures")) == 1);
    CHECK(w.CounterOf(absl::StrCat(kService, "retries|total")) == 0);
  }
  SECTION("by the method") {
    Web w(With(ClassifierKind::kRetryableRead5xx), Script({Failure("no"), Ok("yes")}));
    CHECK(absl::EndsWith(w.Ask(Post("abc")), "no"));
    CHECK(w.backend.received.size() == 1);
  }
  SECTION("since its body is streamed") {
    Web w(With(ClassifierKind::kRetryableAll5xx), Script({Failure("no"), Ok("yes")}));
    CHECK(absl::EndsWith(w.Ask("POST / HTTP/1.1\r\nHost: web\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n0\r\n\r\n"),
                         "no"));
    CHECK(absl::EndsWith(w.Ask(Post(std::string(6000, 'a'))), "yes"));
    CHECK(w.backend.received.size() == 2);
  }
}

TEST_CASE("a response may say that its request may be sent again") {
  Web w(RouterConfig(), Script({Failure("no", "l5d-retryable: true\r\n"), Ok("yes")}));
  CHECK(absl::EndsWith(w.Ask(Post("abc")), "yes"));
}

TEST_CASE("a retried request has its body again, whole") {
  std::string bodies;
  int failures = 2;
  Web w(With(ClassifierKind::kRetryableAll5xx), [&](Backend::Peer& peer, const std::string& bytes) -> size_t {
    const size_t head = bytes.find("\r\n\r\n");
    if (head == std::string::npos || bytes.size() < head + 4 + 3000) return 0;
    bodies += bytes.substr(head + 4) == std::string(3000, 'a') ? "a" : "?";
    peer.connection->Write(failures-- > 0 ? Failure("no") : Ok("yes"));
    return bytes.size();
  });
  CHECK(absl::EndsWith(w.Ask(Post(std::string(3000, 'a'))), "yes"));
  CHECK(bodies == "aaa");
}

TEST_CASE("retries end with the budget: the last failure is passed on") {
  Web w(With(ClassifierKind::kRetryableRead5xx, [](ServiceConfig* c) { Retries(2, c); }),
        Script({Failure("1"), Failure("2"), Failure("3"), Failure("4")}));
  CHECK(absl::EndsWith(w.Ask(Get("web")), "\r\n\r\n3"));
  CHECK(w.backend.received.size() == 3);
  CHECK(w.CounterOf(absl::StrCat(kService, "retries|total")) == 2);
  CHECK(w.CounterOf(absl::StrCat(kService, "retries|budget_exhausted")) == 1);
  CHECK(absl::EndsWith(w.Ask(Get("web")), "\r\n\r\n4"));
}

TEST_CASE("each worker has its share of the retries that are allowed in any case") {
  const size_t workers = GENERATE(size_t{1}, size_t{2}, size_t{5});
  Web w(With(ClassifierKind::kRetryableRead5xx, [](ServiceConfig* c) { Retries(10, c); }),
        Answer(Failure("no")), workers);
  CHECK(absl::EndsWith(w.Ask(Get("web")), "no"));  // by whichever worker
  CHECK(w.backend.received.size() == 1 + 10 / workers);
}

TEST_CASE("a requester that may have gone costs no retries, and gets what there is") {
  Backend::Peer* held = nullptr;
  Web w(With(ClassifierKind::kRetryableRead5xx), [&](Backend::Peer& peer, const std::string& bytes) {
    held = &peer;
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  client.connection->Shutdown();
  w.Until([&] { return held != nullptr; });
  w.Settle();
  held->connection->Write(Failure("no"));
  w.Until([&] { return client.ended; });
  CHECK(absl::EndsWith(client.in, "no"));
  CHECK(w.CounterOf(absl::StrCat(kClient, "requests")) == 1);
  CHECK(w.CounterOf(absl::StrCat(kService, "retries|total")) == 0);
}

TEST_CASE("a retry goes to another endpoint where there is one") {
  Web w(With(ClassifierKind::kRetryableRead5xx), Answer(Failure("no")));
  Backend good(w.loop, Answer(Ok("yes")));
  w.web.SetPorts({w.backend.port(), good.port()});
  for (int i = 0; i < 20; ++i) CHECK(absl::EndsWith(w.Ask(Get("web")), "yes"));
  CHECK(good.received.size() == 20);
  CHECK(w.backend.received.size() > 0);
}

TEST_CASE("a retry draws among the members of a union again, each told its own name") {
  Web w(With(ClassifierKind::kRetryableAll5xx), Answer(Failure("no")));
  // The line that names the client, as if it were a part of the body.
  const std::string body = "x\r\nl5d-dst-client: /#/io.l5d.fs/web\r\ny";
  std::vector<std::string> heads;
  Backend good(w.loop, [&](Backend::Peer& peer, const std::string& bytes) -> size_t {
    const size_t head = bytes.find("\r\n\r\n");
    if (head == std::string::npos || bytes.size() < head + 4 + body.size()) return 0;
    heads.push_back(bytes.substr(0, head));
    peer.connection->Write(Ok(bytes.substr(head + 4)));
    return bytes.size();
  });
  FakeClient v2("/#/io.l5d.fs/v2");
  v2.SetPorts({good.port()});
  w.interpreter.Set("/svc/web", BoundTree::Union({{1, w.web.Leaf()}, {1, v2.Leaf()}}));
  for (int i = 0; i < 20; ++i) REQUIRE(absl::EndsWith(w.Ask(Post(body)), "\r\n\r\n" + body));
  CHECK(w.backend.received.size() > 0);
  REQUIRE(heads.size() == 20);
  for (const std::string& head : heads) {
    CHECK(absl::StrContains(head, "\r\nl5d-dst-client: /#/io.l5d.fs/v2"));
    CHECK_FALSE(absl::StrContains(head, "/#/io.l5d.fs/web"));
  }
}

TEST_CASE("an endpoint that fails again and again gets no more requests") {
  RouterConfig config;
  config.clients.Add(*PathMatcher::Parse("/"),
                     [](const PathVariables&, ClientConfig* c) { c->endpoint.accrual.failures = 2; });
  Web w(std::move(config), Answer(Failure("no")));
  Backend good(w.loop, Answer(Ok("yes")));
  w.web.SetPorts({w.backend.port(), good.port()});
  for (int i = 0; i < 50; ++i) w.Ask(Get("web"));
  CHECK(w.backend.received.size() == 2);
  CHECK(w.CounterOf(absl::StrCat(kClient, "failure_accrual|removals")) == 1);
}

TEST_CASE("retries wait as configured") {
  Web w(With(ClassifierKind::kRetryableRead5xx,
             [](ServiceConfig* c) { c->retry_backoff = BackoffConfig::Constant(Millis(200)); }),
        Script({Failure("no"), Ok("yes")}));
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return w.CounterOf(absl::StrCat(kClient, "failures")) == 1; });
  w.Advance(Millis(150));
  w.Settle();
  CHECK(w.backend.received.size() == 1);
  SECTION("and then go on") {
    w.Advance(Millis(100));
    w.Until([&] { return absl::EndsWith(client.in, "yes"); });
  }
  SECTION("to the same client, also when the rules have changed meanwhile") {
    w.interpreter.Set("/svc/web", BoundTree::Neg());
    w.Settle();
    w.Advance(Millis(100));
    w.Until([&] { return absl::EndsWith(client.in, "yes"); });
  }
  SECTION("to another client, if the rules lead there by then") {
    Backend other(w.loop, Answer(Ok("other")));
    FakeClient green("/#/io.l5d.fs/green");
    green.SetPorts({other.port()});
    w.interpreter.Set("/svc/web", green.Leaf());
    w.Settle();
    w.Advance(Millis(100));
    w.Until([&] { return absl::EndsWith(client.in, "other"); });
    CHECK(w.backend.received.size() == 1);
    REQUIRE(other.received.size() == 1);
    CHECK(absl::StrContains(other.received[0], "\r\nl5d-dst-client: /#/io.l5d.fs/green\r\n"));
    CHECK_FALSE(absl::StrContains(other.received[0], "/#/io.l5d.fs/web"));
  }
  SECTION("unless the requester goes") {
    client.connection->Reset();
    w.Settle();
    w.Advance(Millis(100));
    w.Settle();
    CHECK(w.backend.received.size() == 1);
    CHECK(w.GaugeOf(absl::StrCat(kService, "pending")) == 0);
  }
  SECTION("unless the endpoints go") {
    w.web.SetPorts({});
    w.Settle();
    w.Advance(Millis(100));
    w.Until([&] { return ResponseSize(client.in) > 0; });
    CHECK(absl::StartsWith(client.in, "HTTP/1.1 502 "));
  }
}

TEST_CASE("a wait longer than the request has time is not begun") {
  Web w(With(ClassifierKind::kRetryableRead5xx,
             [](ServiceConfig* c) {
               c->retry_backoff = BackoffConfig::Constant(Millis(2000));
               c->total_timeout = Millis(1000);
             }),
        Script({Failure("no"), Ok("yes")}));
  CHECK(absl::EndsWith(w.Ask(Get("web")), "no"));
}

TEST_CASE("an answer that is given up while it comes takes its connection along") {
  int requests = 0;
  Web w(With(ClassifierKind::kRetryableRead5xx), [&](Backend::Peer& peer, const std::string& bytes) {
    peer.connection->Write(++requests == 1 ? "HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\nabc"
                                           : Ok("yes"));
    return bytes.size();
  });
  CHECK(absl::EndsWith(w.Ask(Get("web")), "yes"));
  CHECK(w.backend.connections == 2);
  w.Until([&] { return w.backend.peers.front()->ended; });
}

TEST_CASE("requeues have a budget of the client's") {
  RouterConfig config;
  config.clients.Add(*PathMatcher::Parse("/"), [](const PathVariables&, ClientConfig* c) {
    c->requeue_budget.min_retries_per_sec = 0;
    c->requeue_budget.percent_can_retry = 0;
  });
  Web w(std::move(config), Answer(Ok("hello")));
  w.Ask(Get("web"));
  w.backend.Die();
  const std::string response = w.Ask(Get("web"));
  CHECK(absl::StartsWith(response, "HTTP/1.1 502 "));
  CHECK(w.CounterOf(absl::StrCat(kClient, "retries|requeues")) == 0);
  CHECK(w.CounterOf(absl::StrCat(kClient, "retries|budget_exhausted")) == 1);
}

}  // namespace
}  // namespace heddle::testing
