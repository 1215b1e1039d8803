#include "proxy/endpoint/client_connection.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_endpoint/world.h"

namespace heddle {
namespace {

using Tunnel = ClientConnection::Tunnel;

// Sends `answer` on the endpoint's connection 0 and waits for the exchange to be over.
void Answer(World& w, Heard& heard, absl::string_view answer) {
  w.peers[0]->connection->Write(answer);
  w.Until([&] { return heard.over; });
}

TEST_CASE("responses without a body end with their head, whatever they say") {
  for (const std::string answer :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}) {
    World w;
    Heard heard;
    auto connection = w.Ask(heard, 0);
    connection->EndRequest();
    Answer(w, heard, answer);
    CHECK_FALSE(heard.failed);
    w.pool->Release(std::move(connection));
    CHECK(w.pool->idle() == 1);
  }
  World w;
  Heard heard;
  auto connection = w.Ask(heard, 0, /*to_head=*/true);
  connection->EndRequest();
  Answer(w, heard, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  CHECK(heard.status == 200);
  CHECK(heard.body.empty());
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 1);
}

TEST_CASE("a body without a length ends with the connection, which is not used again") {
  for (const std::string version : {"1.0", "1.1"}) {
    World w;
    Heard heard;
    auto connection = w.Ask(heard, 0);
    connection->EndRequest();
    w.peers[0]->connection->Write(absl::StrCat("HTTP/", version, " 200 OK\r\n\r\nall "));
    w.peers[0]->connection->Write("of it");
    w.peers[0]->connection->Shutdown();
    w.Until([&] { return heard.over; });
    CHECK(heard.body == "all of it");
    CHECK_FALSE(heard.failed);
    w.pool->Release(std::move(connection));
    CHECK(w.pool->idle() == 0);
  }
}

TEST_CASE("an HTTP/1.0 endpoint that keeps alive is believed") {
  World w;
  Heard heard;
  auto connection = w.Ask(heard, 0);
  connection->EndRequest();
  Answer(w, heard, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 1);
}

TEST_CASE("a response before the end of its request is passed on, its connection not used again") {
  World w;
  Heard heard;
  auto connection = w.Ask(heard, 0);
  Answer(w, heard, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
  CHECK(heard.status == 413);
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 0);
}

TEST_CASE("a body cut short fails the exchange; so does a malformed one") {
  World w;
  Heard cut;
  auto connection = w.Ask(cut, 0);
  connection->EndRequest();
  w.peers[0]->connection->Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  w.peers[0]->connection->Shutdown();
  w.Until([&] { return cut.over; });
  CHECK(cut.failed == ExchangeHandler::Failure::kClosed);
  w.pool->Release(std::move(connection));
  World other;
  Heard odd;
  connection = other.Ask(odd, 0);
  connection->EndRequest();
  Answer(other, odd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
  CHECK(odd.failed == ExchangeHandler::Failure::kMalformed);
  CHECK_THAT(odd.error, Catch::Contains("malformed response from 127.0.0.1"));
  other.pool->Release(std::move(connection));
  CHECK(other.pool->idle() == 0);
}

TEST_CASE("a head may come in pieces, but it has an end") {
  World w;
  Heard heard;
  auto connection = w.Ask(heard, 0);
  connection->EndRequest();
  uint64_t sent = 0;
  for (const char c : std::string(kOk)) {
    w.peers[0]->connection->Write(absl::string_view(&c, 1));
    ++sent;
    w.Until([&] { return w.stats.received_bytes.value() == sent; });
  }
  CHECK(heard.over);
  CHECK(heard.body == "ok");
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 1);
  World other;
  Heard endless;
  connection = other.Ask(endless, 0);
  connection->EndRequest();
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 20; ++i) head += absl::StrCat("X-", i, ": ", std::string(6000, 'x'), "\r\n");
  Answer(other, endless, head);
  CHECK(endless.failed == ExchangeHandler::Failure::kMalformed);
  other.pool->Release(std::move(connection));
}

TEST_CASE("interim responses are passed on, but not without end") {
  std::string hundred;
  for (int i = 0; i < 100; ++i) hundred += "HTTP/1.1 100 Continue\r\n\r\n";
  World w;
  Heard heard;
  auto connection = w.Ask(heard, 0);
  connection->EndRequest();
  Answer(w, heard, hundred + kOk);
  CHECK(heard.interims.size() == 100);
  CHECK(heard.body == "ok");
  w.pool->Release(std::move(connection));
  World more;
  Heard flooded;
  connection = more.Ask(flooded, 0);
  connection->EndRequest();
  Answer(more, flooded, hundred + "HTTP/1.1 103 Early Hints\r\n\r\n" + kOk);
  CHECK(flooded.failed == ExchangeHandler::Failure::kMalformed);
  CHECK_THAT(flooded.error, Catch::Contains("too many interim responses"));
  more.pool->Release(std::move(connection));
}

TEST_CASE("an upgrade that was asked for makes a tunnel, each direction of which ends by itself") {
  World w;
  Heard heard;
  auto connection = w.Ask(heard, 0, false, Tunnel::kUpgrade);
  connection->EndRequest();
  Peer& endpoint = *w.peers[0];
  endpoint.connection->Write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nfirst ");
  w.Until([&] { return heard.tunnel; });
  CHECK(heard.status == 101);
  endpoint.connection->Write("HTTP/1.1 is no head here");
  w.Until([&] { return heard.body == "first HTTP/1.1 is no head here"; });
  connection->Write("to the endpoint");
  connection->Shutdown();
  w.Until([&] { return endpoint.ended; });
  CHECK(endpoint.in == "to the endpoint");
  CHECK_FALSE(heard.tunnel_ended);
  endpoint.connection->Write(", last words");
  endpoint.connection->Shutdown();
  w.Until([&] { return heard.tunnel_ended; });
  CHECK_THAT(heard.body, Catch::EndsWith(", last words"));
  CHECK_FALSE(heard.over);
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 0);
}

TEST_CASE("a tunnel that breaks is a failure") {
  World w;
  Heard heard;
  auto connection = w.Ask(heard, 0, false, Tunnel::kUpgrade);
  w.peers[0]->connection->Write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  w.Until([&] { return heard.tunnel; });
  w.peers[0]->connection->Reset();
  w.Until([&] { return heard.over; });
  CHECK(heard.failed == ExchangeHandler::Failure::kClosed);
  w.pool->Release(std::move(connection));
}

TEST_CASE("an upgrade that is refused is a response like others; one that nobody asked for is malformed") {
  World w;
  Heard refused;
  auto connection = w.Ask(refused, 0, false, Tunnel::kUpgrade);
  connection->EndRequest();
  Answer(w, refused, kOk);
  CHECK(refused.body == "ok");
  CHECK_FALSE(refused.tunnel);
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 1);
  World other;
  Heard unasked;
  connection = other.Ask(unasked, 0);
  Answer(other, unasked, "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  CHECK(unasked.failed == ExchangeHandler::Failure::kMalformed);
  other.pool->Release(std::move(connection));
}

TEST_CASE("CONNECT: any 2xx makes a tunnel, whatever length it claims; a refusal is a response") {
  World w;
  Heard heard;
  auto connection = w.Ask(heard, 0, false, Tunnel::kConnect);
  w.peers[0]->connection->Write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nmore than two");
  w.Until([&] { return heard.tunnel; });
  CHECK(heard.body == "more than two");
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 0);
  World other;
  Heard refused;
  connection = other.Ask(refused, 0, false, Tunnel::kConnect);
  connection->EndRequest();
  Answer(other, refused, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  CHECK(refused.body == "no");
  CHECK_FALSE(refused.tunnel);
  other.pool->Release(std::move(connection));
  CHECK(other.pool->idle() == 1);
}

TEST_CASE("readTimeoutMs: an endpoint that sends nothing for so long fails what waits for it") {
  EndpointConfig config;
  config.socket.read_timeout = Millis(3000);
  World w(config);
  Heard heard;
  auto connection = w.Ask(heard, 0);
  connection->EndRequest();
  w.Pass(Millis(2000));
  w.peers[0]->connection->Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  w.Until([&] { return heard.status == 200; });
  w.Pass(Millis(2999));
  CHECK_FALSE(heard.over);
  w.Pass(Millis(1));
  CHECK(heard.failed == ExchangeHandler::Failure::kTimeout);
  CHECK_THAT(heard.error, Catch::EndsWith("sent nothing for 3000 ms (socketOptions.readTimeoutMs)"));
  w.pool->Release(std::move(connection));
  CHECK(w.pool->idle() == 0);
  // An idle connection waits for nothing.
  w.Exchange(1);
  w.Pass(Millis(5000));
  CHECK(w.pool->idle() == 1);
}

TEST_CASE("writeTimeoutMs: an endpoint that takes nothing for so long fails what is sent to it") {
  EndpointConfig config;
  config.socket.write_timeout = Millis(3000);
  World w(config);
  Heard heard;
  auto connection = w.Ask(heard, 0);
  w.peers[0]->connection->PauseReading();
  connection->Write(std::string(16 << 20, 'x'));
  CHECK(connection->buffered() > 0);
  w.Pass(Millis(1));
  w.Pass(Millis(2999));
  CHECK_FALSE(heard.over);
  w.Pass(Millis(1));
  CHECK(heard.failed == ExchangeHandler::Failure::kTimeout);
  CHECK_THAT(heard.error, Catch::EndsWith("took nothing for 3000 ms (socketOptions.writeTimeoutMs)"));
  w.pool->Release(std::move(connection));
}

}  // namespace
}  // namespace heddle
