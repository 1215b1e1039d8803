#include "lib/session/http_server.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/session/http_server_fixture.h"

namespace heddle::testing {
namespace {

TEST_CASE("a request is answered, whole", "[session]") {
  Fixture f;
  REQUIRE(f.Exchange("GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Y: z\r\n\r\n") ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n"
          "Date: Tue, 14 Nov 2023 22:13:21 GMT\r\n\r\nGET /a?b=c ");
  REQUIRE(*FindHeader(f.requests[0].headers, "x-y") == "z");
  REQUIRE(f.requests[0].peer.ip() == "127.0.0.1");
}

TEST_CASE("bodies arrive whole, however they are framed and cut", "[session]") {
  Fixture f;
  auto client = f.Dial();
  const std::string bytes =
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
      "PUT /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: "
      "t\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto piece = GENERATE(size_t{1}, size_t{7}, size_t{1000});
  for (size_t at = 0; at < bytes.size(); at += piece) {
    client->connection->Write(absl::string_view(bytes).substr(at, piece));
    f.loop.RunReady();
  }
  f.Until([&] { return client->Has("GET /3 "); });
  REQUIRE(client->Has("POST /1 hello"));
  REQUIRE(client->Has("PUT /2 abcde"));
}

TEST_CASE("requests sent ahead are answered in order, also when the answers take time", "[session]") {
  Fixture f;
  std::vector<Writer> waiting;
  f.handler = [&](const HttpRequest&, Writer writer) { waiting.push_back(std::move(writer)); };
  auto client = f.Dial();
  client->connection->Write("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  f.Until([&] { return waiting.size() == 1; });
  f.loop.RunReady();
  REQUIRE(f.requests.size() == 1);
  waiting[0]->SendText(200, "first");
  REQUIRE(f.requests.size() == 1);  // never inside Send
  f.Until([&] { return waiting.size() == 2; });
  waiting[1]->SendText(200, "second");
  f.Until([&] { return client->Has("second"); });
  REQUIRE(client->received.find("first") < client->received.find("second"));
}

TEST_CASE("HEAD, 204 and HTTP/1.0 are answered as the standard says", "[session]") {
  Fixture f;
  const std::string head = f.Exchange("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE_THAT(head, Catch::Contains("Content-Length: 8\r\n") && Catch::EndsWith("\r\n\r\n"));
  const std::string old = f.Exchange("GET /a HTTP/1.0\r\n\r\n");
  REQUIRE_THAT(old, Catch::Contains("Connection: close\r\n") && Catch::EndsWith("GET /a "));
  const std::string absolute = f.Exchange("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE_THAT(absolute, Catch::EndsWith("GET / "));
  f.handler = [](const HttpRequest&, Writer writer) { writer->Send({204, {}, ""}); };
  REQUIRE_THAT(f.Exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), !Catch::Contains("Content-Length"));
}

TEST_CASE("a client that asks for it is told to continue", "[session]") {
  Fixture f;
  auto client = f.Dial();
  client->connection->Write(
      "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  f.Until([&] { return client->Has("HTTP/1.1 100 Continue\r\n\r\n"); });
  client->connection->Write("hi");
  f.Until([&] { return client->Has("PUT /a hi"); });
}

TEST_CASE("what is not a request is refused and the connection closed", "[session]") {
  HttpServer::Limits limits;
  limits.max_head_bytes = 1000;
  limits.max_body_bytes = 10;
  Fixture f(limits);
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"GARBAGE\r\n\r\n", "400"},
      {start + "Bad Header: x\r\n\r\n", "400"},
      {start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
      {start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
      {start + "X: " + std::string(2000, 'x') + "\r\n\r\n", "431"},
      {start + "Content-Length: 11\r\n\r\n12345678901", "413"},
      {start + "Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n", "413"},
      {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", "505"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
      {"GET / HTTP/1.1\r\nX: y\r\n\r\n", "400"},
  };
  for (const auto& [bytes, status] : cases) {
    CAPTURE(bytes);
    auto client = f.Dial();
    client->connection->Write(bytes);
    f.Until([&] { return client->over(); });
    REQUIRE_THAT(client->received,
                 Catch::StartsWith("HTTP/1.1 " + status + " ") && Catch::Contains("Connection: close\r\n"));
  }
  REQUIRE(f.requests.empty());
}

TEST_CASE("a request of HTTP/1.0 need not name its host", "[session]") {
  Fixture f;
  REQUIRE_THAT(f.Exchange("GET /a HTTP/1.0\r\n\r\n"), Catch::StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("half-sent bodies are bounded, all together", "[session]") {
  HttpServer::Limits limits;
  limits.max_body_bytes = 1000;
  limits.max_bodies_bytes = 1500;
  Fixture f(limits);
  const std::string head = "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";
  const auto first = f.Dial();
  first->connection->Write(
      "PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
  f.Until([&] { return first->Has("100 Continue"); });
  first->connection->Write(std::string(999, 'a'));
  SECTION("what comes on top is refused") {
    // The second may overtake the first; together they are too much in any order.
    const auto second = f.Dial();
    second->connection->Write(head + std::string(999, 'b'));
    f.Until([&] { return second->over() || first->over(); });
    REQUIRE_THAT(first->received + second->received, Catch::Contains("HTTP/1.1 503 "));
  }
  SECTION("a body that is complete, or gone with its connection, no longer counts") {
    first->connection->Write("a");
    f.Until([&] { return first->Has("200 OK"); });
    for (int i = 0; i < 5; ++i) {
      const auto half = f.Dial();
      half->connection->Write(head + std::string(999, 'b'));
      half->connection->Shutdown();
      f.Until([&] { return half->over(); });
    }
    REQUIRE_THAT(f.Exchange(head + std::string(1000, 'c')), Catch::StartsWith("HTTP/1.1 200 "));
  }
}

// Takes what speaks HTTP/2 from a fixture's server.
struct Taker {
  explicit Taker(Fixture& f) {
    f.server->OnHttp2([this](int socket, std::string bytes) {
      fd = socket;
      received = std::move(bytes);
    });
  }
  ~Taker() {
    if (fd >= 0) close(fd);
  }
  int fd = -1;
  std::string received;
};

constexpr absl::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

TEST_CASE("a connection that begins with HTTP/2's preface is handed over with what it has sent",
          "[session]") {
  Fixture f;
  Taker taker(f);
  const auto client = f.Dial();
  SECTION("at once") { client->connection->Write(absl::StrCat(kPreface, "frames")); }
  SECTION("in pieces") {
    // A bystander's answer proves that the server has read the piece before.
    for (const absl::string_view piece :
         {kPreface.substr(0, 1), kPreface.substr(1, 13), kPreface.substr(14, 9)}) {
      client->connection->Write(piece);
      REQUIRE_THAT(f.Exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), Catch::StartsWith("HTTP/1.1 200 "));
      REQUIRE(taker.fd < 0);
    }
    client->connection->Write(absl::StrCat(kPreface.substr(23), "frames"));
  }
  f.Until([&] { return taker.fd >= 0; });
  CHECK(taker.received == absl::StrCat(kPreface, "frames"));
  // The socket is the taker's: it outlives the server.
  f.server.reset();
  f.loop.RunReady();
  CHECK_FALSE(client->over());
  REQUIRE(write(taker.fd, "hello", 5) == 5);
  f.Until([&] { return client->Has("hello"); });
  close(std::exchange(taker.fd, -1));
  f.Until([&] { return client->over(); });
}

TEST_CASE("what only looks like HTTP/2 at first is answered as HTTP/1", "[session]") {
  Fixture f;
  Taker taker(f);
  for (const std::string bytes :
       {"PRI garbage\r\n\r\n", "PRI * HTTP/2.0\r\nHost: x\r\n\r\n", "PRIX / HTTP/1.1\r\n\r\n"}) {
    CAPTURE(bytes);
    REQUIRE_THAT(f.Exchange(bytes), Catch::Matches("HTTP/1.1 (400|505) [^]*"));
  }
  REQUIRE_THAT(f.Exchange("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
               Catch::Contains("PUT /a"));
  REQUIRE(f.Exchange("PRI * HTTP/2").empty());  // and then the end
  // Only the beginning of a connection decides.
  const auto client = f.Dial();
  client->connection->Write(absl::StrCat("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", kPreface));
  f.Until([&] { return client->over(); });
  REQUIRE_THAT(client->received, Catch::Contains("HTTP/1.1 200 ") && Catch::Contains("HTTP/1.1 505 "));
  REQUIRE(taker.fd < 0);
}

TEST_CASE("half a preface is given the time of a head, and no more", "[session]") {
  Fixture f;
  Taker taker(f);
  const auto client = f.Dial();
  client->connection->Write("PRI");
  REQUIRE_THAT(f.Exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), Catch::StartsWith("HTTP/1.1 200 "));
  f.clock.Advance(HttpServer::Limits().idle_timeout);
  f.Until([&] { return client->over(); });
}

TEST_CASE("idle connections are closed, working ones are not", "[session]") {
  HttpServer::Limits limits;
  limits.idle_timeout = Millis(1000);
  Fixture f(limits);
  Writer writer;
  f.handler = [&](const HttpRequest&, Writer w) { writer = std::move(w); };
  auto idle = f.Dial();
  auto slow = f.Dial();
  auto working = f.Dial();
  slow->connection->Write("GET / HT");
  working->connection->Write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  f.Until([&] { return writer != nullptr; });
  for (int i = 0; i < 5; ++i) {
    f.clock.Advance(Millis(1000));
    f.loop.RunReady();
  }
  f.Until([&] { return idle->over() && slow->over(); });
  REQUIRE_FALSE(working->over());
  writer->SendText(200, "done");
  f.Until([&] { return working->Has("done"); });
}

TEST_CASE("above the limit, connections wait", "[session]") {
  HttpServer::Limits limits;
  limits.max_connections = 1;
  Fixture f(limits);
  auto first = f.Dial();
  first->connection->Write("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  f.Until([&] { return first->Has("GET /1"); });
  auto second = f.Dial();
  second->connection->Write("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 5; ++i) f.loop.RunOnce(Millis(1));
  REQUIRE(f.requests.size() == 1);
  first->connection.reset();
  f.Until([&] { return second->Has("GET /2"); });
}

TEST_CASE("a drain lets responses end and takes nothing new", "[session]") {
  Fixture f;
  Writer writer;
  f.handler = [&](const HttpRequest&, Writer w) { writer = std::move(w); };
  auto idle = f.Dial();
  auto working = f.Dial();
  working->connection->Write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  f.Until([&] { return writer != nullptr && idle->connection->connected(); });
  f.loop.RunReady();
  bool drained = false;
  f.server->Drain([&] { drained = true; });
  f.Until([&] { return idle->eof; });
  idle->connection.reset();
  RawClient late(f.loop, f.server->address());
  REQUIRE_FALSE(drained);
  writer->SendText(200, "last words");
  f.Until([&] { return working->eof; });
  REQUIRE(working->Has("last words"));
  REQUIRE(working->Has("Connection: close\r\n"));
  working->connection.reset();
  f.Until([&] { return drained; });
}

TEST_CASE("a server may be destroyed inside its handler, and writers outlive it", "[session]") {
  Fixture f;
  Writer kept;
  f.handler = [&](const HttpRequest&, Writer writer) {
    kept = std::move(writer);
    kept->OnClosed([kept] {});  // a cycle that the server's end breaks
    f.server.reset();
  };
  auto client = f.Dial();
  client->connection->Write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  f.Until([&] { return client->over(); });
  REQUIRE(client->received.empty());
  kept->SendText(200, "too late");
  kept->OnClosed(nullptr);
}

}  // namespace
}  // namespace heddle::testing
