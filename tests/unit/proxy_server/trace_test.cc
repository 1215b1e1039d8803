// Diagnostic traces through a router.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

constexpr char kWeb[] = "/#/io.l5d.fs/web";

std::string Trace(const std::string& fields) {
  return absl::StrCat("TRACE / HTTP/1.1\r\nHost: web\r\n", fields, "\r\n");
}

struct TracedWorld : World {
  TracedWorld() : web(kWeb), backend(loop, Answer(Ok(" hello\n"))) {
    web.SetPorts({backend.port()});
    interpreter.Set("/svc/web", web.Leaf());
    interpreter.explanation =
        absl::StrCat(R"({"type":"leaf","path":"/svc/web","bound":{"addr":{"type":"bound",)",
                     R"("addrs":[{"ip":"127.0.0.1","port":7}]},"id":")", kWeb, R"(","path":"/"}})");
  }
  std::string Endpoint() const { return absl::StrCat("127.0.0.1:", backend.port()); }
  std::string Report() const {
    return absl::StrCat(
        "--- Router: http ---\nrequest duration: 0 ms\nservice name: /svc/web\nclient name: ", kWeb,
        "\naddresses: [127.0.0.1:7]\nselected address: ", Endpoint(), "\ndtab resolution:\n  /svc/web\n");
  }
  FakeClient web;
  Backend backend;
};

TEST_CASE("the last proxy of a trace answers, with a report if it is to") {
  TracedWorld w;
  const std::string plain = w.Ask(Trace("Max-Forwards: 0\r\n"));
  CHECK(absl::StartsWith(plain, "HTTP/1.1 200 OK\r\n"));
  CHECK(absl::EndsWith(plain, "\r\n\r\n"));
  CHECK(absl::EndsWith(w.Ask(Trace("Max-Forwards: 0\r\nl5d-add-context: true\r\n")), w.Report()));
  CHECK(w.backend.received.empty());
}

TEST_CASE("what is no number of proxies: 400") {
  TracedWorld w;
  const std::string response = w.Ask(Trace("Max-Forwards: 31qe\r\n"));
  CHECK(absl::StartsWith(response, "HTTP/1.1 400 "));
  CHECK(absl::EndsWith(response, "\r\n\r\nInvalid value for Max-Forwards header"));
}

TEST_CASE("a proxy on the way counts down and adds its report") {
  TracedWorld w;
  const std::string response = w.Ask(Trace("Max-Forwards: 5\r\nl5d-add-context: true\r\n"));
  REQUIRE(w.backend.received.size() == 1);
  CHECK(absl::StrContains(w.backend.received[0], "\r\nMax-Forwards: 4\r\n"));
  CHECK(absl::StrContains(w.backend.received[0], "\r\nl5d-add-context: true\r\n"));
  CHECK(absl::StrContains(response, "\r\nTransfer-Encoding: chunked\r\n"));
  CHECK_FALSE(absl::StrContains(response, "Content-Length"));
  CHECK(absl::StrContains(response, "\r\n\r\n5\r\nhello\r\n"));
  CHECK(absl::StrContains(response, absl::StrCat("\n\n", w.Report())));
  CHECK(absl::EndsWith(response, "\r\n0\r\n\r\n"));

  CHECK(absl::EndsWith(w.Ask(Trace("Max-Forwards: 5\r\n")), "\r\n\r\n hello\n"));
  CHECK(absl::StrContains(w.backend.received[1], "\r\nMax-Forwards: 4\r\n"));
  CHECK(absl::EndsWith(w.Ask(Trace("")), "\r\n\r\n hello\n"));
}

TEST_CASE("only TRACE is special") {
  TracedWorld w;
  CHECK(
      absl::EndsWith(w.Ask(Get("web", "Max-Forwards: 0\r\nl5d-add-context: true\r\n")), "\r\n\r\n hello\n"));
}

TEST_CASE("an explanation that does not come is not waited for long") {
  TracedWorld w;
  w.interpreter.explanation.reset();
  TestClient client(w.loop, w.address());
  client.connection->Write(Trace("Max-Forwards: 0\r\nl5d-add-context: true\r\n"));
  w.Settle();
  CHECK(client.in.empty());
  w.Advance(Millis(2000));
  w.Until([&] { return ResponseSize(client.in) > 0; });
  CHECK(absl::EndsWith(client.in, "dtab resolution:\n  not known: a part of the way is not known yet\n"));
}

TEST_CASE("a requester who goes while its trace is explained") {
  TracedWorld w;
  w.interpreter.explanation.reset();
  {
    TestClient client(w.loop, w.address());
    client.connection->Write(Trace("Max-Forwards: 0\r\nl5d-add-context: true\r\n"));
    w.Settle();
  }
  w.Settle();
  w.Advance(Millis(2000));
  w.interpreter.explanation = "{}";
  CHECK(
      absl::StartsWith(w.Ask(Trace("Max-Forwards: 0\r\nl5d-add-context: true\r\n")), "HTTP/1.1 200 OK\r\n"));
}

}  // namespace
}  // namespace heddle::testing
