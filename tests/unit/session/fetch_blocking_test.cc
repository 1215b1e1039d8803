#include "lib/session/fetch_blocking.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lib/session/http_server.h"

namespace heddle {
namespace {

using Writer = std::shared_ptr<ResponseWriter>;
using Result = absl::StatusOr<HttpResponse>;

const SocketAddress kAnyPort = *SocketAddress::Parse("127.0.0.1", 0);

// A server on this thread, while `call` blocks on another.
Result Serve(HttpServer::Handler handler, const std::function<Result(uint16_t port)>& call) {
  Loop loop;
  HttpServer server(loop, std::move(handler));
  REQUIRE(server.Listen(kAnyPort).ok());
  const uint16_t port = server.address().port();
  std::optional<Result> result;
  std::thread caller([&] {
    result = call(port);
    loop.Stop();
  });
  loop.Run();
  caller.join();
  return *std::move(result);
}

struct Lines {
  std::vector<std::string> read;
  size_t enough = SIZE_MAX;

  LineReader Reader() {
    return {[this](absl::string_view line) {
              read.emplace_back(line);
              return read.size() < enough;
            },
            [] { return true; }};
  }
  Result Fetch(uint16_t port, const LineReader& reader) {
    return FetchLines("127.0.0.1", port, {"GET", "/", {}, "", {}}, reader);
  }
};

TEST_CASE("a command line's call blocks until the answer, and says whom it could not reach", "[session]") {
  std::string asked;
  const auto result =
      Serve([](const HttpRequest& request,
               Writer writer) { writer->SendText(200, *FindHeader(request.headers, "host")); },
            [&](uint16_t port) {
              asked = "127.0.0.1:" + std::to_string(port);
              return FetchBlocking("127.0.0.1", port, {"GET", "/", {}, "", {}}, Millis(10'000));
            });
  REQUIRE(result.ok());
  REQUIRE(result->body == asked);

  const auto nobody = FetchBlocking("127.0.0.1", 1, {"GET", "/", {}, "", {}}, Millis(10'000));
  REQUIRE(absl::IsUnavailable(nobody.status()));
  REQUIRE_THAT(std::string(nobody.status().message()), Catch::StartsWith("127.0.0.1:1: connect to "));
}

TEST_CASE("lines are read as they come, in whatever pieces", "[session]") {
  Lines lines;
  const auto result = Serve(
      [](const HttpRequest&, Writer writer) {
        writer->Start(200, {});
        for (const char* piece : {"one\ntw", "o", "\n\nfour"}) writer->Write(piece);
        writer->End();
      },
      [&](uint16_t port) { return lines.Fetch(port, lines.Reader()); });
  REQUIRE(result.ok());
  CHECK(result->body.empty());
  CHECK(lines.read == std::vector<std::string>{"one", "two", "", "four"});
}

TEST_CASE("a reader that has enough ends the stream", "[session]") {
  Lines lines;
  lines.enough = 1;
  const auto result = Serve(
      [&](const HttpRequest&, Writer writer) {
        writer->Start(200, {});
        writer->Write("one\ntwo\n");
      },
      [&](uint16_t port) { return lines.Fetch(port, lines.Reader()); });
  CHECK(result.ok());
  CHECK(lines.read == std::vector<std::string>{"one"});
}

TEST_CASE("an answer that is no stream is returned whole", "[session]") {
  Lines lines;
  const auto result =
      Serve([](const HttpRequest&, Writer writer) { writer->SendText(404, "no\nsuch shift\n"); },
            [&](uint16_t port) { return lines.Fetch(port, lines.Reader()); });
  REQUIRE(result.ok());
  CHECK(result->status == 404);
  CHECK(result->body == "no\nsuch shift\n");
  CHECK(lines.read.empty());
}

TEST_CASE("ticks come while the stream is silent, and can end it; a long silence ends it, too", "[session]") {
  std::vector<Writer> kept;
  const auto silent = [&kept](const HttpRequest&, Writer writer) {
    writer->Start(200, {});
    kept.push_back(std::move(writer));
  };
  Lines lines;
  int ticks = 0;
  LineReader reader = lines.Reader();
  reader.tick = Millis(1);
  reader.on_tick = [&ticks] { return ++ticks < 3; };
  CHECK(Serve(silent, [&](uint16_t port) { return lines.Fetch(port, reader); }).ok());
  CHECK(ticks == 3);
  reader.on_tick = [] { return true; };
  reader.silence = Millis(5);
  CHECK(absl::IsDeadlineExceeded(
      Serve(silent, [&](uint16_t port) { return lines.Fetch(port, reader); }).status()));
  kept.clear();
}

TEST_CASE("a stream that breaks is an error after its whole lines", "[session]") {
  Lines lines;
  CHECK_FALSE(lines.Fetch(1, lines.Reader()).ok());  // nobody listens there
  Loop loop;
  std::optional<HttpServer> server;
  server.emplace(loop, [&](const HttpRequest&, Writer writer) {
    writer->Start(200, {});
    writer->Write("one\ntw");
    loop.Defer([&server] { server.reset(); });
  });
  REQUIRE(server->Listen(kAnyPort).ok());
  const uint16_t port = server->address().port();
  std::optional<Result> result;
  std::thread caller([&] {
    result = lines.Fetch(port, lines.Reader());
    loop.Stop();
  });
  loop.Run();
  caller.join();
  CHECK_FALSE(result->ok());
  CHECK(lines.read == std::vector<std::string>{"one"});
}

}  // namespace
}  // namespace heddle
