#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

struct OneBackend : World {
  explicit OneBackend(Backend::OnBytes answer = Answer(Ok("hello")), RouterConfig config = RouterConfig())
      : World(std::move(config)), backend(loop, std::move(answer)), web("/#/io.l5d.fs/web") {
    web.SetPorts({backend.port()});
    interpreter.Set("/svc/web", web.Leaf());
  }
  Backend backend;
  FakeClient web;
};

// Runs until `written` no longer grows: whoever writes has been stopped.
void RunUntilStill(World& w, const size_t& written) {
  size_t before = 0;
  do {
    before = written;
    w.Settle();
  } while (written != before);
}

TEST_CASE("a request goes to its endpoint and its response comes back") {
  OneBackend w;
  const std::string response = w.Ask("GET /a?b HTTP/1.1\r\nHost: web\r\nX: y\r\n\r\n");
  CHECK(response ==
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nVia: 1.1 linkerd\r\nl5d-success-class: 1.0\r\n\r\nhello");
  REQUIRE(w.backend.received.size() == 1);
  CHECK(absl::StartsWith(
      w.backend.received[0],
      "GET /a?b HTTP/1.1\r\nHost: web\r\nX: y\r\nVia: 1.1 linkerd\r\nl5d-dst-service: /svc/web\r\n"
      "l5d-dst-client: /#/io.l5d.fs/web\r\nl5d-ctx-trace: "));
}

TEST_CASE("connections are kept on both sides") {
  OneBackend w;
  TestClient client(w.loop, w.address());
  for (size_t i = 1; i <= 10; ++i) {
    client.in.clear();
    client.connection->Write(Get("web"));
    w.Until([&] { return ResponseSize(client.in) > 0; });
  }
  CHECK(w.backend.received.size() == 10);
  CHECK(w.backend.connections == 1);
  CHECK_FALSE(client.ended);
  CHECK(w.interpreter.binds == 1);
}

TEST_CASE("pipelined requests are answered one after the other, also when they come byte by byte") {
  OneBackend w;
  TestClient client(w.loop, w.address());
  std::string requests;
  for (int i = 0; i < 5; ++i)
    requests += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nabc";
  SECTION("at once") { client.connection->Write(requests); }
  SECTION("byte by byte") {
    for (const char c : requests) {
      client.connection->Write(absl::string_view(&c, 1));
      w.loop.RunOnce(Millis(5));
    }
  }
  size_t responses = 0;
  w.Until([&] {
    while (const size_t size = ResponseSize(client.in)) {
      client.in.erase(0, size);
      ++responses;
    }
    return responses == 5;
  });
  for (size_t i = 0; i < 5; ++i)
    CHECK(absl::StartsWith(w.backend.received[i], absl::StrCat("POST /", i, " ")));
  CHECK(w.backend.connections == 1);
}

TEST_CASE("chunked bodies pass as they are, both ways, trailers too") {
  const std::string chunks = "5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n";
  std::string body_received;
  OneBackend w([&](Backend::Peer& peer, const std::string& bytes) -> size_t {
    const size_t head = bytes.find("\r\n\r\n") + 4;
    if (bytes.size() < head + chunks.size()) return 0;
    body_received = bytes.substr(head);
    peer.connection->Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    return bytes.size();
  });
  CHECK(
      w.Ask("POST / HTTP/1.1\r\nHost: web\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks) ==
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nVia: 1.1 linkerd\r\nl5d-success-class: 1.0\r\n\r\n" +
          chunks);
  CHECK(body_received == chunks);
}

TEST_CASE("responses without a body") {
  SECTION("HEAD") {
    OneBackend w(Answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
    CHECK(absl::EndsWith(w.Ask("HEAD / HTTP/1.1\r\nHost: web\r\n\r\n"), "class: 1.0\r\n\r\n"));
    CHECK(w.GaugeOf("rt|http|client|#/io.l5d.fs/web|pool_cached") == 1);
  }
  SECTION("304 with a length") {
    OneBackend w(Answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"));
    CHECK(absl::StartsWith(w.Ask(Get("web")), "HTTP/1.1 304"));
    CHECK(w.GaugeOf("rt|http|client|#/io.l5d.fs/web|pool_cached") == 1);
  }
}

TEST_CASE("a body that ends with its connection comes in chunks, and the requester's connection stays") {
  OneBackend w([](Backend::Peer& peer, const std::string& bytes) {
    peer.connection->Write("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    peer.connection->Shutdown();
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  for (int i = 0; i < 2; ++i) {
    client.in.clear();
    client.connection->Write(Get("web"));
    w.Until([&] { return ResponseSize(client.in) > 0; });
    CHECK(absl::StrContains(client.in, "Transfer-Encoding: chunked\r\n"));
    CHECK(absl::EndsWith(client.in, "\r\n\r\nd\r\nuntil the end\r\n0\r\n\r\n"));
  }
  CHECK_FALSE(client.ended);
}

TEST_CASE("a body that ends with its connection ends that of an HTTP/1.0 requester") {
  OneBackend w([](Backend::Peer& peer, const std::string& bytes) {
    peer.connection->Write("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    peer.connection->Shutdown();
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write("GET / HTTP/1.0\r\nHost: web\r\nConnection: keep-alive\r\n\r\n");
  w.Until([&] { return client.ended; });
  CHECK(absl::StrContains(client.in, "\r\nConnection: close\r\n"));
  CHECK(absl::EndsWith(client.in, "\r\n\r\nuntil the end"));
}

TEST_CASE("an HTTP/1.0 requester gets no chunks") {
  OneBackend w(
      Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  TestClient client(w.loop, w.address());
  client.connection->Write("GET / HTTP/1.0\r\nHost: web\r\nConnection: keep-alive\r\n\r\n");
  w.Until([&] { return client.ended; });
  CHECK(client.in ==
        "HTTP/1.1 200 OK\r\nVia: 1.1 linkerd\r\nConnection: close\r\nl5d-success-class: 1.0\r\n\r\nabcde");
}

TEST_CASE("an HTTP/1.0 requester that asks for it keeps its connection") {
  OneBackend w;
  TestClient client(w.loop, w.address());
  for (int i = 0; i < 2; ++i) {
    client.in.clear();
    client.connection->Write("GET / HTTP/1.0\r\nHost: web\r\nConnection: keep-alive\r\n\r\n");
    w.Until([&] { return ResponseSize(client.in) > 0; });
    CHECK(absl::StrContains(client.in, "Connection: keep-alive\r\n"));
  }
}

TEST_CASE("100 Continue passes, and the body follows") {
  bool continued = false;
  OneBackend w([&](Backend::Peer& peer, const std::string& bytes) -> size_t {
    const size_t head = bytes.find("\r\n\r\n") + 4;
    if (!continued) {
      continued = true;
      CHECK(absl::StrContains(bytes, "Expect: 100-continue"));
      peer.connection->Write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (bytes.size() < head + 3) return 0;
    peer.connection->Write(Ok("done"));
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write(
      "PUT / HTTP/1.1\r\nHost: web\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  w.Until([&] { return absl::StartsWith(client.in, "HTTP/1.1 100 Continue\r\n"); });
  client.in.clear();
  client.connection->Write("abc");
  w.Until([&] { return absl::EndsWith(client.in, "done"); });
}

TEST_CASE("an early response ends the connection without losing the response") {
  OneBackend w([](Backend::Peer& peer, const std::string& bytes) {
    peer.connection->Write("HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write("PUT / HTTP/1.1\r\nHost: web\r\nContent-Length: 1000000\r\n\r\nabc");
  w.Until([&] { return client.ended; });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 413 No\r\n"));
  CHECK(absl::StrContains(client.in, "Connection: close\r\n"));
  CHECK_FALSE(client.failed);
}

TEST_CASE("a large response to a slow reader stops the endpoint, and comes whole") {
  constexpr size_t kBody = 64 << 20;
  size_t written = 0;
  OneBackend w([&](Backend::Peer& peer, const std::string& bytes) {
    peer.connection->Write(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", kBody, "\r\n\r\n"));
    const auto more = [&peer, &written, kBody] {
      const std::string piece(64 << 10, 'x');
      while (written < kBody && peer.connection->buffered() == 0) {
        peer.connection->Write(piece);
        written += piece.size();
      }
    };
    peer.on_drained = more;
    more();
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return client.received > 0; });
  client.connection->PauseReading();
  RunUntilStill(w, written);
  // What two pairs of sockets' buffers and the proxy's mark hold, far from everything.
  CHECK(written < kBody / 2);
  client.keep = false;
  client.connection->ResumeReading();
  w.Until([&] { return client.received > kBody; });
  CHECK(written == kBody);
}

TEST_CASE("a body that waits for 100 Continue follows it") {
  std::string got;
  Backend::Peer* peer = nullptr;
  OneBackend w([&](Backend::Peer& p, const std::string& bytes) {
    peer = &p;
    got += bytes;
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write(
      "POST / HTTP/1.1\r\nHost: web\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  w.Until([&] { return absl::StrContains(got, "\r\n\r\n"); });
  CHECK(absl::StrContains(got, "\r\nExpect: 100-continue\r\n"));
  SECTION("from the endpoint") {
    peer->connection->Write("HTTP/1.1 100 Continue\r\n\r\n");
    w.Until([&] { return absl::StartsWith(client.in, "HTTP/1.1 100 "); });
    client.in.clear();
    client.connection->Write("abc");
    w.Until([&] { return absl::EndsWith(got, "\r\n\r\nabc"); });
    peer->connection->Write(Ok("hello"));
    w.Until([&] { return absl::EndsWith(client.in, "hello"); });
    CHECK_FALSE(client.ended);
  }
  SECTION("unless the endpoint wants none: whatever the requester sends then, it is no request") {
    peer->connection->Write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
    w.Until([&] { return client.ended; });
    CHECK(absl::StartsWith(client.in, "HTTP/1.1 417 "));
    CHECK(absl::StrContains(client.in, "\r\nConnection: close\r\n"));
    CHECK_FALSE(client.failed);
  }
}

TEST_CASE("an HTTP/1.0 requester gets no interim responses") {
  OneBackend w(Answer("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + Ok("hello")));
  TestClient client(w.loop, w.address());
  client.connection->Write("GET / HTTP/1.0\r\nHost: web\r\n\r\n");
  w.Until([&] { return client.ended; });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 200 "));
}

TEST_CASE("a response that comes before the request is whole reaches the requester, who is still sending") {
  OneBackend w([](Backend::Peer& peer, const std::string& bytes) {
    if (absl::StartsWith(bytes, "POST")) {
      peer.connection->Write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge");
    }
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 1000000\r\n\r\n");
  client.connection->Write(std::string(200'000, 'x'));
  w.Until([&] { return ResponseSize(client.in) > 0; });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 413 "));
  CHECK(absl::StrContains(client.in, "\r\nConnection: close\r\n"));
  client.connection->Write(std::string(200'000, 'x'));
  w.Until([&] { return client.ended; });
  CHECK_FALSE(client.failed);
  CHECK(w.CounterOf(w.Server("status|413")) == 1);
}

TEST_CASE("interim responses without end fail the request") {
  OneBackend w([](Backend::Peer& peer, const std::string& bytes) {
    for (int i = 0; i < 1000 && peer.connection != nullptr; ++i)
      peer.connection->Write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return absl::StrContains(client.in, "HTTP/1.1 502 "); });
  CHECK(absl::StrContains(client.in, "too+many+interim+responses"));
}

TEST_CASE("a large request to a slow endpoint stops the requester, and goes whole") {
  constexpr size_t kBody = 64 << 20;
  size_t got = 0;
  OneBackend w([&](Backend::Peer& peer, const std::string& bytes) {
    got += bytes.size();
    if (got > kBody) peer.connection->Write(Ok("thanks"));
    return bytes.size();
  });
  TestClient client(w.loop, w.address());
  client.connection->Write(
      absl::StrCat("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: ", kBody, "\r\n\r\n"));
  w.Until([&] { return got > 0; });
  w.backend.peers.front()->connection->PauseReading();
  const std::string piece(64 << 10, 'x');
  size_t written = 0;
  for (int quiet = 0; quiet < 5 && written < kBody;) {
    if (client.connection->buffered() > 0) {
      w.Settle();
      ++quiet;
      continue;
    }
    quiet = 0;
    client.connection->Write(piece);
    written += piece.size();
  }
  CHECK(written < kBody / 2);
  w.backend.peers.front()->connection->ResumeReading();
  while (written < kBody) {
    w.Until([&] { return client.connection->buffered() == 0; });
    client.connection->Write(piece);
    written += piece.size();
  }
  w.Until([&] { return absl::EndsWith(client.in, "thanks"); });
}

TEST_CASE("an absolute target becomes a path, and its authority the host") {
  OneBackend w;
  CHECK(absl::EndsWith(w.Ask("GET http://web/x?y=z%20 HTTP/1.1\r\nHost: other\r\nProxy-Foo: b\r\n\r\n"),
                       "hello"));
  CHECK(absl::StartsWith(w.backend.received[0],
                         "GET /x?y=z%20 HTTP/1.1\r\nHost: web\r\nProxy-Foo: b\r\nVia: 1.1 linkerd\r\n"));
  w.Ask("GET http://web HTTP/1.1\r\nHost: other\r\n\r\n");
  CHECK(absl::StartsWith(w.backend.received[1], "GET / HTTP/1.1\r\nHost: web\r\n"));
}

TEST_CASE("metrics count at the server, the name and the client") {
  OneBackend w;
  w.Ask(Get("web"));
  w.Ask(Get("web"));
  CHECK(w.CounterOf(w.Server("requests")) == 2);
  CHECK(w.CounterOf(w.Server("success")) == 2);
  CHECK(w.CounterOf(w.Server("status|2XX")) == 2);
  CHECK(w.CounterOf("rt|http|service|svc/web|requests") == 2);
  CHECK(w.CounterOf("rt|http|service|svc/web|success") == 2);
  CHECK(w.CounterOf("rt|http|client|#/io.l5d.fs/web|requests") == 2);
  CHECK(w.CounterOf("rt|http|client|#/io.l5d.fs/web|connects") == 1);
  CHECK(w.CounterOf("rt|http|client|#/io.l5d.fs/web|service|svc/web|success") == 2);
  CHECK(w.GaugeOf("rt|http|client|#/io.l5d.fs/web|pending") == 0);
  CHECK(w.GaugeOf("rt|http|client|#/io.l5d.fs/web|loadbalancer|size") == 1);
}

}  // namespace
}  // namespace heddle::testing
