#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/harness.h"

namespace heddle::testing {
namespace {

// A port nobody listens on.
uint16_t DeadPort(Loop& loop) {
  Backend backend(loop, Answer(""));
  return backend.port();
}

const char* const kClient = "rt|http|client|#/io.l5d.fs/web|";

TEST_CASE("malformed requests: 400 with the reason, and the connection closed") {
  WebWorld w;
  for (const std::string& request : {
           std::string(
               "GET / HTTP/1.1\r\nHost: web\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost : web\r\n\r\n"),
           std::string("GET /a#b HTTP/1.1\r\nHost: web\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\n\r\n"),
           Get("web", "l5d-dtab: /a =>\r\n"),
           std::string("\x16\x03\x01\x02\x00\x01\n", 7),
           Get("web", absl::StrCat("X: ", std::string(100'000, 'a'), "\r\n")),
       }) {
    TestClient client(w.loop, w.address());
    client.connection->Write(request);
    w.Until([&] { return client.ended; });
    CHECK_FALSE(client.failed);
    CHECK(absl::StrContains(client.in, "\r\nl5d-err: "));
    CHECK(absl::StrContains(client.in, "\r\nConnection: close\r\n"));
    CHECK(ResponseSize(client.in) == client.in.size());
  }
  CHECK(w.CounterOf(w.Server("status|400")) == 6);
  CHECK(w.CounterOf(w.Server("status|431")) == 1);
}

TEST_CASE("a head that is larger than what is held of a body arrives in pieces") {
  RouterConfig config;
  config.limits.max_head_bytes = 200 << 10;
  WebWorld w(config);
  TestClient client(w.loop, w.address());
  client.connection->Write("GET / HTTP/1.1\r\nHost: web\r\n");
  for (int i = 0; i < 100; ++i) {
    client.connection->Write(absl::StrCat("X-", i, ": ", std::string(1500, 'a'), "\r\n"));
    w.Settle();
  }
  client.connection->Write("l5d-dtab: /last =>\r\n\r\n");  // is read, for it is found to be wrong
  w.Until([&] { return client.ended; });
  INFO(client.in);
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 400 "));
  CHECK(absl::StrContains(client.in, "l5d-dtab"));
}

TEST_CASE("a malformed body is not passed on") {
  WebWorld w;
  Backend backend(w.loop, Answer(Ok("hello")));
  w.web.SetPorts({backend.port()});
  const std::string head = "POST / HTTP/1.1\r\nHost: web\r\nTransfer-Encoding: chunked\r\n\r\n";
  TestClient client(w.loop, w.address());
  SECTION("with the head") { client.connection->Write(head + "xyz\r\n"); }
  SECTION("later") {
    client.connection->Write(head);
    w.Until([&] { return backend.connections == 1; });
    client.connection->Write("5\r\nhelloXX");
  }
  w.Until([&] { return client.ended; });
  CHECK(absl::StartsWith(client.in, "HTTP/1.1 400 "));
  CHECK(backend.received.empty());
}

TEST_CASE("an endpoint that refuses connections costs no request while another takes them") {
  WebWorld w;
  Backend backend(w.loop, Answer(Ok("hello")));
  w.web.SetPorts({DeadPort(w.loop), backend.port()});
  for (int i = 0; i < 50; ++i) {
    CHECK(absl::EndsWith(w.Ask("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nabc"), "hello"));
  }
  // It was tried once, and is not tried again before a while.
  CHECK(w.CounterOf(absl::StrCat(kClient, "failures|com.twitter.finagle.ConnectionFailedException")) <= 1);
  CHECK(w.CounterOf("rt|http|service|svc/web|success") == 50);
}

TEST_CASE("a large request goes whole although the first endpoint refuses connections") {
  WebWorld w;
  size_t got = 0;
  Backend backend(w.loop, [&](Backend::Peer& peer, const std::string& bytes) {
    got += bytes.size();
    if (absl::EndsWith(bytes, "!")) peer.connection->Write(Ok("hello"));
    return bytes.size();
  });
  const std::string request = absl::StrCat("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 200001\r\n\r\n",
                                           std::string(200'000, 'x'), "!");
  const uint16_t dead = DeadPort(w.loop);
  for (int i = 0; i < 30; ++i) {
    // With a connection to the other that waits already, and without.
    if (i % 2 == 0) backend.CloseConnections();
    w.web.SetPorts({dead, backend.port()});
    w.Settle();
    CHECK(absl::EndsWith(w.Ask(request), "hello"));
    w.Advance(Millis(6000));  // it may be tried again
  }
  CHECK(w.CounterOf(absl::StrCat(kClient, "failures|com.twitter.finagle.ConnectionFailedException")) >= 2);
  CHECK(got >= 30 * 200'001);
}

TEST_CASE("when every endpoint refuses connections: 502 that names one") {
  WebWorld w;
  w.web.SetPorts({DeadPort(w.loop), DeadPort(w.loop)});
  const std::string response = w.Ask(Get("web"));
  CHECK(absl::StartsWith(response, "HTTP/1.1 502 "));
  CHECK(absl::StrContains(response, "\r\n\r\nUnable to establish connection to 127.0.0.1:"));
}

TEST_CASE("a kept connection that the endpoint has closed is not used") {
  WebWorld w;
  Backend backend(w.loop, Answer(Ok("hello")));
  w.web.SetPorts({backend.port()});
  w.Ask(Get("web"));
  backend.CloseConnections();
  w.Settle();
  CHECK(w.GaugeOf(absl::StrCat(kClient, "connections")) == 0);
  CHECK(absl::EndsWith(w.Ask("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nabc"), "hello"));
}

// Answers the first request of a connection and closes it on the second.
Backend::OnBytes AnswerOnce() {
  return [](Backend::Peer& peer, const std::string& bytes) {
    if (std::exchange(peer.on_drained, nullptr) != nullptr) {
      peer.connection->Write(Ok("hello"));
      peer.backend.received.push_back(bytes);
    } else {
      peer.backend.received.push_back("again: " + bytes);
      peer.connection->Reset();
      peer.connection.reset();
    }
    return bytes.size();
  };
}

TEST_CASE("a kept connection that dies under a request: what may be sent twice is, on a fresh one") {
  WebWorld w;
  Backend backend(w.loop, AnswerOnce());
  w.web.SetPorts({backend.port()});
  w.Ask(Get("web"));
  SECTION("GET") {
    CHECK(absl::EndsWith(w.Ask(Get("web")), "hello"));
    CHECK(backend.received.size() == 3);
    CHECK(backend.received[1] == "again: " + backend.received[2]);
    CHECK(w.CounterOf(absl::StrCat(kClient, "retries|requeues")) == 1);
    CHECK(w.CounterOf("rt|http|service|svc/web|requests") == 2);
  }
  SECTION("PUT, with its body") {
    const std::string response = w.Ask("PUT / HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(absl::EndsWith(response, "hello"));
    CHECK(absl::EndsWith(backend.received[2], "\r\n\r\nabc"));
  }
  SECTION("POST is not: it may have been done") {
    const std::string response = w.Ask("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(absl::StartsWith(response, "HTTP/1.1 502 "));
    CHECK(backend.received.size() == 2);
  }
  SECTION("a body too large to be kept is not") {
    const std::string body(100'000, 'x');
    const std::string response =
        w.Ask(absl::StrCat("PUT / HTTP/1.1\r\nHost: web\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
    CHECK(absl::StartsWith(response, "HTTP/1.1 502 "));
  }
}

TEST_CASE("an endpoint that dies with requests under way: they succeed elsewhere") {
  WebWorld w;
  Backend dying(w.loop, [](Backend::Peer& peer, const std::string& bytes) {
    peer.backend.received.push_back(bytes);
    return bytes.size();
  });
  w.web.SetPorts({dying.port()});
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<TestClient>(w.loop, w.address()));
    clients.back()->connection->Write(Get("web"));
  }
  w.Until([&] { return dying.received.size() == 20; });
  Backend other(w.loop, Answer(Ok("hello")));
  w.web.SetPorts({dying.port(), other.port()});
  w.Settle();
  dying.Die();
  for (const auto& client : clients) w.Until([&] { return absl::EndsWith(client->in, "hello"); });
}

TEST_CASE("an endpoint that always dies gets a request three times, not for ever") {
  WebWorld w;
  Backend dying(w.loop, [](Backend::Peer& peer, const std::string& bytes) {
    peer.backend.received.push_back(bytes);
    peer.connection->Reset();
    peer.connection.reset();
    return bytes.size();
  });
  w.web.SetPorts({dying.port()});
  CHECK(absl::StartsWith(w.Ask(Get("web")), "HTTP/1.1 502 "));
  CHECK(dying.received.size() == 3);
}

TEST_CASE("responses that are not HTTP: 502, and the connection is not used again") {
  WebWorld w;
  for (const char* response :
       {"hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n"}) {
    INFO(response);
    Backend backend(w.loop, Answer(response));
    w.web.SetPorts({backend.port()});
    const std::string got = w.Ask(Get("web"));
    CHECK(absl::StartsWith(got, "HTTP/1.1 502 "));
    CHECK(absl::StrContains(got, "l5d-err: "));
    w.Until([&] { return backend.peers.front()->ended; });
  }
}

TEST_CASE("bytes after a response are not taken for the next one") {
  WebWorld w;
  Backend backend(w.loop, Answer(Ok("hello") + Ok("smuggled")));
  w.web.SetPorts({backend.port()});
  TestClient client(w.loop, w.address());
  for (int i = 0; i < 3; ++i) {
    client.in.clear();
    client.connection->Write(Get("web"));
    w.Until([&] { return ResponseSize(client.in) > 0; });
    CHECK(absl::EndsWith(client.in, "hello"));
  }
  CHECK(backend.connections == 3);
}

TEST_CASE("bytes that nobody asked for end a kept connection") {
  WebWorld w;
  Backend backend(w.loop, Answer(Ok("hello")));
  w.web.SetPorts({backend.port()});
  w.Ask(Get("web"));
  backend.peers.front()->connection->Write(Ok("smuggled"));
  w.Until([&] { return backend.peers.front()->ended; });
  CHECK(absl::EndsWith(w.Ask(Get("web")), "hello"));
  CHECK(backend.connections == 2);
}

TEST_CASE("a response cut short is seen to be") {
  WebWorld w;
  std::string start;
  SECTION("with a length") { start = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"; }
  SECTION("chunked") { start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"; }
  SECTION("a bad chunk") { start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX"; }
  Backend backend(w.loop, [&](Backend::Peer& peer, const std::string& bytes) {
    peer.connection->Write(start);
    peer.connection->Shutdown();
    return bytes.size();
  });
  w.web.SetPorts({backend.port()});
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return client.ended; });
  CHECK(ResponseSize(client.in) == 0);
  CHECK(w.CounterOf("rt|http|service|svc/web|failures") == 1);
}

TEST_CASE("a requester that goes ends its request at the endpoint") {
  WebWorld w;
  Backend backend(w.loop, [](Backend::Peer&, const std::string& bytes) { return bytes.size(); });
  w.web.SetPorts({backend.port()});
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web"));
  w.Until([&] { return backend.connections == 1; });
  w.Settle();
  client.connection->Reset();
  w.Until([&] { return backend.peers.front()->ended; });
  CHECK(w.GaugeOf(absl::StrCat(kClient, "pending")) == 0);
}

TEST_CASE("a requester that closes its direction still gets its responses") {
  WebWorld w;
  Backend backend(w.loop, Answer(Ok("hello")));
  w.web.SetPorts({backend.port()});
  TestClient client(w.loop, w.address());
  client.connection->Write(Get("web") + Get("web"));
  client.connection->Shutdown();
  w.Until([&] { return client.ended; });
  CHECK_FALSE(client.failed);
  const size_t first = ResponseSize(client.in);
  REQUIRE(first > 0);
  CHECK(ResponseSize(client.in.substr(first)) == client.in.size() - first);
}

TEST_CASE("time limits") {
  WebWorld w;
  Backend backend(w.loop, [](Backend::Peer&, const std::string& bytes) { return bytes.size(); });
  w.web.SetPorts({backend.port()});
  TestClient client(w.loop, w.address());
  SECTION("a head that trickles in") {
    client.connection->Write("GET / HT");
    w.Settle();
    w.Advance(Millis(40'000));
    client.connection->Write("T");
    w.Settle();
    CHECK_FALSE(client.ended);
    w.Advance(Millis(21'500));
    w.Until([&] { return client.ended; });
  }
  SECTION("an idle connection") {
    w.Settle();
    w.Advance(Millis(601'500));
    w.Until([&] { return client.ended; });
  }
  SECTION("a response that does not come") {
    client.connection->Write(Get("web"));
    w.Until([&] { return backend.connections == 1; });
    w.Settle();
    w.Advance(Millis(601'500));
    w.Until([&] { return ResponseSize(client.in) > 0; });
    CHECK(absl::StartsWith(client.in, "HTTP/1.1 503 "));
  }
}

}  // namespace
}  // namespace heddle::testing
