#include "lib/session/http_client.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "lib/net/listener.h"
#include "lib/session/http_server.h"

namespace heddle {
namespace {

using Writer = std::shared_ptr<ResponseWriter>;
using Result = absl::StatusOr<HttpResponse>;

const SocketAddress kAnyPort = *SocketAddress::Parse("127.0.0.1", 0);

// Answers each connection with fixed bytes, whatever it sends.
struct CannedServer {
  struct Peer : Connection::Handler {
    Peer(std::unique_ptr<Connection> c, std::string a) : answer(std::move(a)), connection(std::move(c)) {
      connection->Start(*this);
    }
    void OnData(absl::string_view) override {
      connection->Write(answer);
      if (close) connection.reset();
    }
    void OnEof() override {}
    void OnError(absl::Status) override {}
    std::string answer;
    bool close = true;
    std::unique_ptr<Connection> connection;
  };

  CannedServer(Loop& loop, std::string answer) {
    listener = *Listener::Listen(loop, kAnyPort, {}, [this, answer](std::unique_ptr<Connection> c) {
      peers.push_back(std::make_unique<Peer>(std::move(c), answer));
    });
  }
  std::unique_ptr<Listener> listener;
  std::vector<std::unique_ptr<Peer>> peers;
};

struct Fixture {
  Fixture()
      : server(std::make_unique<HttpServer>(loop, [this](const HttpRequest& request, Writer writer) {
          requests.push_back(request);
          handler(request, std::move(writer));
        })) {
    REQUIRE(server->Listen(kAnyPort).ok());
  }
  void Until(const std::function<bool()>& done) {
    while (!done()) loop.RunOnce(std::chrono::seconds(10));
  }
  Result Fetch(HttpRequest request, std::optional<SocketAddress> to = std::nullopt,
               size_t max_body = 1 << 20) {
    std::optional<Result> result;
    auto call = client.Fetch({to.value_or(server->address()), Millis(0), max_body}, std::move(request),
                             [&](Result r) { result = std::move(r); });
    REQUIRE_FALSE(result.has_value());
    Until([&] { return result.has_value(); });
    return *std::move(result);
  }
  Result FetchCanned(const std::string& answer, const std::string& method = "GET") {
    CannedServer canned(loop, answer);
    return Fetch({method, "/", {}, "", {}}, canned.listener->address());
  }

  FakeClock clock;
  Loop loop{clock};
  std::vector<HttpRequest> requests;
  std::function<void(const HttpRequest&, Writer)> handler = [](const HttpRequest& request, Writer writer) {
    writer->Send({201, {{"X-Echo", request.method}}, request.body});
  };
  std::unique_ptr<HttpServer> server;
  HttpClient client{loop};
};

TEST_CASE("requests and responses go whole, over one connection", "[session]") {
  Fixture f;
  for (int i = 0; i < 3; ++i) {
    const Result result = f.Fetch({"PUT", "/x?y", {{"A", "b"}}, "body", {}});
    REQUIRE(result.ok());
    REQUIRE(result->status == 201);
    REQUIRE(result->body == "body");
    REQUIRE(*FindHeader(result->headers, "x-echo") == "PUT");
  }
  REQUIRE(f.requests[0].target == "/x?y");
  REQUIRE(*FindHeader(f.requests[0].headers, "host") == f.server->address().ToString());
  REQUIRE(*FindHeader(f.requests[0].headers, "a") == "b");
  REQUIRE(f.requests[0].peer == f.requests[2].peer);
}

TEST_CASE("a body has many framings", "[session]") {
  Fixture f;
  REQUIRE(f.FetchCanned("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")->body ==
          "abc");
  REQUIRE(f.FetchCanned("HTTP/1.0 200 OK\r\n\r\nuntil the end")->body == "until the end");
  REQUIRE(f.FetchCanned("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")->status == 204);
  REQUIRE(f.FetchCanned("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "HEAD")->status == 200);
}

TEST_CASE("errors name the server and say what happened", "[session]") {
  Fixture f;
  const auto cut = f.FetchCanned("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  REQUIRE(absl::IsUnavailable(cut.status()));
  const auto silent = f.FetchCanned("");
  REQUIRE(absl::IsUnavailable(silent.status()));
  const auto garbage = f.FetchCanned("SSH-2.0-OpenSSH\r\n\r\n");
  REQUIRE(absl::IsDataLoss(garbage.status()));
  const auto bad_chunk = f.FetchCanned("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
  REQUIRE(absl::IsDataLoss(bad_chunk.status()));
  const auto large = f.Fetch({"POST", "/", {}, std::string(1000, 'x'), {}}, std::nullopt, 999);
  REQUIRE(absl::IsResourceExhausted(large.status()));
  REQUIRE_THAT(std::string(large.status().message()), Catch::Contains(f.server->address().ToString()));
}

TEST_CASE("a kept connection that the server closes meanwhile costs no request", "[session]") {
  Fixture f;
  std::optional<Result> result;
  REQUIRE(f.Fetch({"GET", "/1", {}, "", {}}).ok());
  // The server closes the connection that the next request will be sent on, at the moment it arrives.
  const SocketAddress address = f.server->address();
  f.server.reset();
  f.server = std::make_unique<HttpServer>(f.loop, f.handler);
  REQUIRE(f.server->Listen(address).ok());
  auto call = f.client.Fetch({address, Millis(0)}, {"GET", "/2", {}, "", {}},
                             [&](Result r) { result = std::move(r); });
  f.Until([&] { return result.has_value(); });
  REQUIRE(result->ok());
}

TEST_CASE("a response that does not come in time is an error", "[session]") {
  Fixture f;
  Writer kept;
  f.handler = [&](const HttpRequest&, Writer writer) { kept = std::move(writer); };
  std::optional<Result> result;
  auto call = f.client.Fetch({f.server->address(), Millis(500)}, {"GET", "/slow", {}, "", {}},
                             [&](Result r) { result = std::move(r); });
  f.Until([&] { return kept != nullptr; });
  f.clock.Advance(Millis(500));
  f.Until([&] { return result.has_value(); });
  REQUIRE(absl::IsDeadlineExceeded(result->status()));
  REQUIRE_THAT(std::string(result->status().message()), Catch::Contains("GET /slow"));
}

TEST_CASE("a cancelled call is silent, and the server sees it go", "[session]") {
  Fixture f;
  Writer kept;
  bool closed = false;
  f.handler = [&](const HttpRequest&, Writer writer) {
    kept = std::move(writer);
    kept->Start(200, {});
    kept->OnClosed([&] { closed = true; });
  };
  auto call = f.client.Fetch({f.server->address(), Millis(0)}, {"GET", "/", {}, "", {}},
                             [](Result) { FAIL("it was cancelled"); });
  f.Until([&] { return kept != nullptr; });
  call.reset();
  f.Until([&] { return closed; });
}

TEST_CASE("a streamed response comes piece by piece, and may be given up inside a piece", "[session]") {
  Fixture f;
  Writer writer;
  f.handler = [&](const HttpRequest&, Writer w) {
    writer = std::move(w);
    writer->Start(200, {});
    writer->Write("one");
  };
  int status = 0;
  std::vector<std::string> pieces;
  std::optional<absl::Status> end;
  std::unique_ptr<HttpCall> call;
  const bool give_up = GENERATE(false, true);
  call = f.client.Stream(
      {f.server->address(), Millis(0)}, {"GET", "/", {}, "", {}},
      [&](const HttpResponse& head) { status = head.status; },
      [&](absl::string_view data) {
        pieces.emplace_back(data);
        if (give_up) call.reset();
      },
      [&](absl::Status s) { end = std::move(s); });
  f.Until([&] { return pieces.size() == 1; });
  REQUIRE(status == 200);
  writer->Write("two");
  writer->End();
  if (give_up) {
    for (int i = 0; i < 3; ++i) f.loop.RunOnce(Millis(1));
    REQUIRE(pieces == std::vector<std::string>{"one"});
    REQUIRE_FALSE(end.has_value());
  } else {
    f.Until([&] { return end.has_value(); });
    REQUIRE(end->ok());
    REQUIRE(pieces == std::vector<std::string>{"one", "two"});
  }
}

TEST_CASE("a client may be destroyed inside its callback", "[session]") {
  Fixture f;
  auto client = std::make_unique<HttpClient>(f.loop);
  bool done = false;
  auto call = client->Fetch({f.server->address()}, {"GET", "/", {}, "", {}}, [&](Result) {
    client.reset();
    done = true;
  });
  f.Until([&] { return done; });
}

}  // namespace
}  // namespace heddle
