// Answers that take long, or are given a piece at a time.
#include "tests/unit/session/http_server_fixture.h"

namespace heddle::testing {
namespace {

TEST_CASE("a handler that drops its writer answers 500", "[session]") {
  Fixture f;
  f.handler = [](const HttpRequest&, Writer) {};
  REQUIRE_THAT(f.Exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Catch::StartsWith("HTTP/1.1 500 "));
}

TEST_CASE("a response may be streamed", "[session]") {
  Fixture f;
  Writer writer;
  f.handler = [&](const HttpRequest&, Writer w) {
    writer = std::move(w);
    writer->Start(200, {{"X", "y"}});
  };
  auto client = f.Dial();
  const std::string version = GENERATE("1.1", "1.0");
  client->connection->Write("GET / HTTP/" + version + "\r\nHost: x\r\n\r\n");
  f.Until([&] { return client->Has("\r\n\r\n"); });
  writer->Write("one ");
  f.Until([&] { return client->Has("one "); });
  writer->Write("two");
  writer->End();
  writer.reset();
  if (version == "1.1") {
    f.Until([&] { return client->Has("\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"); });
    REQUIRE(client->Has("Transfer-Encoding: chunked\r\n"));
    REQUIRE_FALSE(client->eof);
  } else {
    f.Until([&] { return client->eof; });
    REQUIRE_THAT(client->received, Catch::EndsWith("\r\n\r\none two"));
  }
}

TEST_CASE("a stream that its handler gives up does not look complete", "[session]") {
  Fixture f;
  Writer writer;
  f.handler = [&](const HttpRequest&, Writer w) {
    writer = std::move(w);
    writer->Start(200, {});
    writer->Write("half");
  };
  auto client = f.Dial();
  client->connection->Write("GET / HTTP/1.0\r\n\r\n");
  f.Until([&] { return client->Has("half"); });
  writer.reset();
  f.Until([&] { return client->over(); });
  REQUIRE(client->error);
}

TEST_CASE("a stream hears of a slow peer, of its catching up and of its end", "[session]") {
  Fixture f;
  Writer writer;
  int drained = 0;
  int closed = 0;
  f.handler = [&](const HttpRequest&, Writer w) {
    writer = std::move(w);
    writer->Start(200, {});
    writer->OnDrained([&] { ++drained; });
    writer->OnClosed([&] { ++closed; });
  };
  auto client = f.Dial();
  client->connection->Write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  f.Until([&] { return writer != nullptr; });
  client->connection->PauseReading();
  writer->Write(std::string(24 << 20, 'x'));
  REQUIRE(writer->buffered() > 0);
  f.loop.RunReady();
  REQUIRE(drained == 0);
  client->connection->ResumeReading();
  f.Until([&] { return drained == 1; });
  REQUIRE(writer->buffered() == 0);
  client->connection.reset();
  f.Until([&] { return closed == 1; });
  writer->Write("into the void");
  writer->End();
  REQUIRE(closed == 1);
}

TEST_CASE("an answer that takes long may end with its peer", "[session]") {
  Fixture f;
  Writer writer;
  int closed = 0;
  f.handler = [&](const HttpRequest&, Writer w) {
    writer = std::move(w);
    writer->OnClosed([&] { ++closed; });
  };
  auto client = f.Dial();
  client->connection->Write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  SECTION("that goes while it is waited for") {
    f.Until([&] { return writer != nullptr; });
    writer->EndWithPeer();
    client->connection->Shutdown();
  }
  SECTION("that has gone before") {
    client->connection->Shutdown();
    f.Until([&] { return writer != nullptr; });
    f.loop.RunReady();
    REQUIRE(closed == 0);
    writer->EndWithPeer();
    REQUIRE(closed == 0);
  }
  f.Until([&] { return closed == 1 && client->over(); });
  writer->SendText(200, "into the void");
  REQUIRE(client->received.empty());
}
}  // namespace
}  // namespace heddle::testing
