// Requests that turn their connections into tunnels.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

const char* const kUpgrade =
    "GET /chat HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const char* const kSwitched =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

struct Web : World {
  explicit Web(RouterConfig config = RouterConfig())
      : World(std::move(config)),
        backend(loop,
                [this](Backend::Peer& p, const std::string& bytes) {
                  peer = &p;
                  got += bytes;
                  return bytes.size();
                }),
        web("/#/io.l5d.fs/web") {
    web.SetPorts({backend.port()});
    interpreter.Set("/svc/web", web.Leaf());
  }
  // Up to the endpoint's having the whole head.
  void Send(TestClient& client, const std::string& request) {
    client.connection->Write(request);
    Until([&] { return absl::StrContains(got, "\r\n\r\n"); });
  }
  void Switch(TestClient& client) {
    Send(client, kUpgrade);
    got.clear();
    peer->connection->Write(kSwitched);
    Until([&] { return absl::StrContains(client.in, "\r\n\r\n"); });
  }
  double Tunnels() const { return GaugeOf(Server("tunnels")); }

  Backend::Peer* peer = nullptr;
  std::string got;
  Backend backend;
  FakeClient web;
};

TEST_CASE("an upgrade is passed on, and what follows it passes both ways") {
  Web w;
  TestClient client(w.loop, w.address());
  w.Send(client, kUpgrade);
  CHECK(absl::StrContains(w.got, "\r\nUpgrade: websocket\r\n"));
  CHECK(absl::StrContains(w.got, "\r\nConnection: upgrade\r\n"));
  w.got.clear();
  w.peer->connection->Write(absl::StrCat(kSwitched, "first"));
  w.Until([&] { return absl::EndsWith(client.in, "\r\n\r\nfirst"); });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 101 "));
  CHECK(absl::StrContains(client.in, "\r\nUpgrade: websocket\r\n"));
  CHECK(w.Tunnels() == 1);
  CHECK(w.CounterOf(w.Server("status|101")) == 1);
  for (const std::string text : {"GET / HTTP/1.1\r\n\r\n", "\x01\x02", "more"}) {
    w.got.clear();
    client.connection->Write(text);
    w.Until([&] { return w.got == text; });
    client.in.clear();
    w.peer->connection->Write(text);
    w.Until([&] { return client.in == text; });
  }
  client.connection->Reset();
  w.Until([&] { return w.Tunnels() == 0; });
  CHECK(w.GaugeOf("rt|http|client|#/io.l5d.fs/web|connections") == 0);
}

TEST_CASE("each direction of a tunnel ends by itself") {
  Web w;
  TestClient client(w.loop, w.address());
  w.Switch(client);
  SECTION("the requester's first") {
    client.connection->Write("last words");
    client.connection->Shutdown();
    w.Until([&] { return w.peer->ended; });
    CHECK(w.got == "last words");
  }
  SECTION("the endpoint's first") {
    w.peer->connection->Write("last words");
    w.peer->connection->Shutdown();
    w.Until([&] { return client.ended; });
    CHECK(absl::EndsWith(client.in, "last words"));
    client.connection->Write("not yet");
    w.Until([&] { return w.got == "not yet"; });
    client.connection->Shutdown();
  }
  w.Until([&] { return w.Tunnels() == 0; });
  CHECK_FALSE(client.failed);
}

TEST_CASE("what comes behind an upgrade waits until it is agreed on") {
  Web w;
  TestClient client(w.loop, w.address());
  client.connection->Write(absl::StrCat(kUpgrade, "GET /next HTTP/1.1\r\nHost: web\r\n\r\n"));
  w.Until([&] { return absl::StrContains(w.got, "\r\n\r\n"); });
  w.Settle();
  CHECK_FALSE(absl::StrContains(w.got, "/next"));
  SECTION("then it is bytes") {
    w.got.clear();
    w.peer->connection->Write(kSwitched);
    w.Until([&] { return w.got == "GET /next HTTP/1.1\r\nHost: web\r\n\r\n"; });
  }
  SECTION("or the next request") {
    w.got.clear();
    w.peer->connection->Write(Ok("no"));
    w.Until([&] { return absl::StrContains(w.got, "\r\nl5d-dst-service: /svc/web\r\n"); });
    CHECK(absl::EndsWith(client.in, "no"));
    CHECK(w.Tunnels() == 0);
  }
}

TEST_CASE("no tunnel begins before the request is whole") {
  Web w;
  TestClient client(w.loop, w.address());
  w.Send(client,
         "POST / HTTP/1.1\r\nHost: web\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nab");
  w.peer->connection->Write(kSwitched);
  w.Until([&] { return client.ended; });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 502 "));
  CHECK(w.Tunnels() == 0);
}

TEST_CASE("an upgrade to h2c is not passed on, nor one that Connection does not name") {
  Web w;
  TestClient client(w.loop, w.address());
  std::string request;
  SECTION("h2c") {
    request =
        "GET / HTTP/1.1\r\nHost: web\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n";
  }
  SECTION("not named") { request = "GET / HTTP/1.1\r\nHost: web\r\nUpgrade: websocket\r\n\r\n"; }
  w.Send(client, request);
  CHECK_FALSE(absl::StrContains(w.got, "pgrade"));
  w.peer->connection->Write(kSwitched);
  w.Until([&] { return ResponseSize(client.in) > 0; });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 502 "));
}

TEST_CASE("CONNECT") {
  const std::string request = "CONNECT web:80 HTTP/1.1\r\nHost: web:80\r\n\r\n";
  SECTION("is refused, and what follows is not taken for a request") {
    Web w;
    TestClient client(w.loop, w.address());
    client.connection->Write(request + Get("web"));
    w.Until([&] { return client.ended; });
    CHECK(absl::StartsWith(client.in, "HTTP/1.1 501 "));
    CHECK(ResponseSize(client.in) == client.in.size());
    CHECK(w.got.empty());
  }
  SECTION("is passed on where it is allowed to, and becomes a tunnel") {
    RouterConfig config;
    config.servers[0].allow_connect = true;
    Web w(std::move(config));
    w.interpreter.Set("/svc/web:80", w.web.Leaf());
    TestClient client(w.loop, w.address());
    w.Send(client, request);
    CHECK(absl::StartsWith(w.got, "CONNECT web:80 HTTP/1.1\r\n"));
    w.got.clear();
    w.peer->connection->Write("HTTP/1.1 200 OK\r\n\r\nhello");
    w.Until([&] { return absl::EndsWith(client.in, "\r\n\r\nhello"); });
    client.connection->Write("bytes");
    w.Until([&] { return w.got == "bytes"; });
    CHECK(w.Tunnels() == 1);
  }
}

TEST_CASE("a tunnel's reader that does not read stops its writer, and gets all in the end") {
  constexpr size_t kAll = 32 << 20;
  Web w;
  TestClient client(w.loop, w.address());
  w.Switch(client);
  client.received = 0;
  client.keep = false;
  client.connection->PauseReading();
  size_t written = 0;
  const std::string piece(64 << 10, 'x');
  const auto more = [&] {
    while (written < kAll && w.peer->connection->buffered() == 0) {
      w.peer->connection->Write(piece);
      written += piece.size();
    }
  };
  w.peer->on_drained = more;
  more();
  size_t before = 0;
  do {
    before = written;
    w.Settle();
  } while (written != before);
  CHECK(written < kAll / 2);
  client.connection->ResumeReading();
  w.Until([&] { return client.received == kAll; });
}

}  // namespace
}  // namespace heddle::testing
