// Connections that are not used, and the end of a router.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

TEST_CASE("when there are as many connections as may be, the unused make room") {
  RouterConfig config;
  config.limits.max_connections = 1;
  WebWorld w(std::move(config));
  Backend backend(w.loop, Answer(Ok("hello")));
  w.web.SetPorts({backend.port()});
  TestClient first(w.loop, w.address());
  first.connection->Write(Get("web"));
  w.Until([&] { return absl::EndsWith(first.in, "hello"); });
  TestClient second(w.loop, w.address());
  second.connection->Write(Get("web"));
  w.Settle();
  CHECK(second.in.empty());
  CHECK_FALSE(first.ended);
  w.Advance(Millis(1000));
  w.Advance(Millis(1000));
  w.Until([&] { return absl::EndsWith(second.in, "hello"); });
  CHECK(first.ended);
  CHECK_FALSE(first.failed);
}

TEST_CASE("unused connections to endpoints are closed") {
  WebWorld w;
  Backend backend(w.loop, Answer(Ok("hello")));
  w.web.SetPorts({backend.port()});
  w.Ask(Get("web"));
  w.Advance(Millis(59'000));
  CHECK(w.GaugeOf("rt|http|client|#/io.l5d.fs/web|connections") == 1);
  w.Advance(Millis(3000));
  w.Until([&] { return backend.peers.front()->ended; });
  CHECK(w.GaugeOf("rt|http|client|#/io.l5d.fs/web|connections") == 0);
}

TEST_CASE("a drain finishes what is under way and then is done") {
  WebWorld w;
  Backend::Peer* held = nullptr;
  Backend backend(w.loop, [&](Backend::Peer& peer, const std::string& bytes) {
    held = &peer;
    return bytes.size();
  });
  w.web.SetPorts({backend.port()});
  TestClient busy(w.loop, w.address());
  TestClient idle(w.loop, w.address());
  TestClient late(w.loop, w.address());
  busy.connection->Write(Get("web"));
  w.Until([&] { return held != nullptr; });
  w.Settle();
  bool done = false;
  w.router->Drain(Millis(10'000), [&] { done = true; });
  w.Settle();
  CHECK_FALSE(idle.ended);

  // A request that was on its way when the drain began is answered too.
  late.connection->Write("GET / HTTP/1.1\r\n\r\n");
  w.Until([&] { return late.ended; });
  CHECK(absl::StrContains(late.in, "Connection: close\r\n"));
  w.Advance(Millis(600));
  w.Until([&] { return idle.ended; });
  CHECK_FALSE(done);

  TestClient refused(w.loop, w.address());
  w.Until([&] { return refused.failed; });
  held->connection->Write(Ok("last"));
  w.Until([&] { return busy.ended; });
  CHECK(absl::EndsWith(busy.in, "last"));
  CHECK(absl::StrContains(busy.in, "Connection: close\r\n"));
  for (TestClient* c : {&busy, &idle, &late}) c->connection.reset();
  for (int i = 0; i < 5 && !done; ++i) {
    w.Settle();
    w.Advance(Millis(60));
  }
  CHECK(done);
}

TEST_CASE("a drain has a limit") {
  WebWorld w;
  Backend backend(w.loop, [](Backend::Peer&, const std::string& bytes) { return bytes.size(); });
  w.web.SetPorts({backend.port()});
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return backend.connections == 1; });
  bool done = false;
  w.router->Drain(Millis(5000), [&] { done = true; });
  w.Settle();
  w.Advance(Millis(4900));
  CHECK_FALSE(done);
  w.Advance(Millis(200));
  CHECK(done);
}

}  // namespace
}  // namespace heddle::testing
