// An HTTP server on a port of its own, and clients that send and record bytes.
#ifndef HEDDLE_TESTS_UNIT_SESSION_HTTP_SERVER_FIXTURE_H_
#define HEDDLE_TESTS_UNIT_SESSION_HTTP_SERVER_FIXTURE_H_

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/net/connection.h"
#include "lib/session/http_server.h"

namespace heddle::testing {

using Writer = std::shared_ptr<ResponseWriter>;

// A client that sends and records bytes.
struct RawClient : Connection::Handler {
  RawClient(Loop& loop, const SocketAddress& server)
      : connection(Connection::Connect(loop, server, Millis(0), *this)) {}
  void OnData(absl::string_view data) override { received.append(data.data(), data.size()); }
  void OnEof() override { eof = true; }
  void OnError(absl::Status) override { error = true; }

  bool Has(absl::string_view text) const { return received.find(std::string(text)) != std::string::npos; }
  bool over() const { return eof || error; }

  std::string received;
  bool eof = false;
  bool error = false;
  std::unique_ptr<Connection> connection;
};

struct Fixture {
  explicit Fixture(HttpServer::Limits limits = HttpServer::Limits())
      : server(std::make_unique<HttpServer>(
            loop,
            [this](const HttpRequest& request, Writer writer) {
              requests.push_back(request);
              handler(request, std::move(writer));
            },
            limits)) {
    REQUIRE(server->Listen(*SocketAddress::Parse("127.0.0.1", 0)).ok());
  }
  void Until(const std::function<bool()>& done) {
    while (!done()) loop.RunOnce(std::chrono::seconds(10));
  }
  std::unique_ptr<RawClient> Dial() { return std::make_unique<RawClient>(loop, server->address()); }
  // Sends `bytes`, ends the direction, and returns all that comes back.
  std::string Exchange(absl::string_view bytes) {
    auto client = Dial();
    client->connection->Write(bytes);
    client->connection->Shutdown();
    Until([&] { return client->over(); });
    REQUIRE_FALSE(client->error);
    return client->received;
  }

  FakeClock clock;
  Loop loop{clock};
  std::vector<HttpRequest> requests;
  std::function<void(const HttpRequest&, Writer)> handler = [](const HttpRequest& request, Writer writer) {
    writer->SendText(200, request.method + " " + request.target + " " + request.body);
  };
  std::unique_ptr<HttpServer> server;
};

}  // namespace heddle::testing

#endif  // HEDDLE_TESTS_UNIT_SESSION_HTTP_SERVER_FIXTURE_H_
