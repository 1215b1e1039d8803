// Answers that last: slow readers, readers that leave, and the end of the program.
#include <catch2/catch.hpp>

#include "tests/unit/http_api/api_fixture.h"

namespace heddle::namerd {
namespace {

using Chunks = std::deque<std::string>;

Endpoint At(uint16_t port) {
  Endpoint endpoint;
  endpoint.address = *SocketAddress::Parse("127.0.0.1", port);
  return endpoint;
}

TEST_CASE("A slow reader gets the latest state when it reads again, not those between") {
  ApiFixture api;
  const auto stream = api.Open("GET", "/api/1/dtabs?watch=true");
  CHECK(stream->chunks == Chunks{"[]\n"});
  stream->buffered_bytes = 3;
  for (const char* ns : {"a", "b", "c"}) REQUIRE(api.Put(ns, "/a => /b").status == 204);
  CHECK(stream->chunks.size() == 1);
  stream->buffered_bytes = 0;
  stream->on_drained();
  CHECK(stream->chunks == Chunks{"[]\n", "[\"a\",\"b\",\"c\"]\n"});
  stream->on_drained();
  CHECK(stream->chunks.size() == 2);
}

TEST_CASE("A state that is as it was sent last is not sent again") {
  ApiFixture api(ApiFixture::Dtabs{{"web", "/a => /b"}});
  const auto stream = api.Open("GET", "/api/1/dtabs/web?watch=1", {{"Accept", "application/dtab"}});
  REQUIRE(api.Put("web", "/a  =>  /b # the same").status == 204);
  CHECK(stream->chunks == Chunks{"/a=>/b\n"});
}

TEST_CASE("Readers of several namespaces in several formats each get their own") {
  ApiFixture api(ApiFixture::Dtabs{{"a", "/a => /b"}, {"b", "/b => /c"}});
  const auto a_text = api.Open("GET", "/api/1/dtabs/a?watch=1", {{"Accept", "application/dtab"}});
  const auto b_text = api.Open("GET", "/api/1/dtabs/b?watch=1", {{"Accept", "application/dtab"}});
  const auto a_json = api.Open("GET", "/api/1/dtabs/a?watch=1");
  const auto a_again = api.Open("GET", "/api/1/dtabs/a?watch=1", {{"Accept", "application/dtab"}});
  REQUIRE(api.Put("b", "/b => /d").status == 204);
  REQUIRE(api.Put("a", "/a => /d").status == 204);
  CHECK(a_text->chunks == Chunks{"/a=>/b\n", "/a=>/d\n"});
  CHECK(a_again->chunks == Chunks{"/a=>/b\n", "/a=>/d\n"});
  CHECK(b_text->chunks == Chunks{"/b=>/c\n", "/b=>/d\n"});
  CHECK(a_json->chunks ==
        Chunks{"[{\"prefix\":\"/a\",\"dst\":\"/b\"}]\n", "[{\"prefix\":\"/a\",\"dst\":\"/d\"}]\n"});
}

TEST_CASE("A watch of a namespace that is not there yet waits for it") {
  ApiFixture api;
  const auto stream = api.Open("GET", "/api/1/dtabs/web?watch=1", {{"Accept", "application/dtab"}});
  CHECK(stream->response->status == 200);
  CHECK(stream->chunks.empty());
  REQUIRE(api.Put("web", "/a => /b").status == 204);
  CHECK(stream->chunks == Chunks{"/a=>/b\n"});
}

TEST_CASE("What a reader that has left followed is let go") {
  ApiFixture api;
  const auto keys = api.namespaces.Names();
  const auto stream = api.Open("GET", "/api/1/dtabs?watch=true");
  const auto waiting = api.Open("GET", "/api/1/addr/default?path=/disco/web");
  CHECK(api.api->open() == 2);
  CHECK(keys->has_subscribers());
  stream->on_closed();
  waiting->on_closed();
  api.loop.RunReady();
  CHECK(api.api->open() == 0);
  CHECK_FALSE(keys->has_subscribers());
  REQUIRE(api.Put("web", "/a => /b").status == 204);
  api.disco->SetAddr(Addr::Bound({At(1)}));
  CHECK(stream->chunks.size() == 1);
  CHECK_FALSE(waiting->response.has_value());
}

TEST_CASE("The end of the API ends its streams and answers who waits") {
  ApiFixture api;
  const auto stream = api.Open("GET", "/api/1/dtabs?watch=true");
  const auto waiting = api.Open("GET", "/api/1/addr/default?path=/disco/web");
  api.api.reset();
  CHECK(stream->ended);
  REQUIRE(waiting->response.has_value());
  CHECK(waiting->response->status == 503);
  stream->on_closed();
  stream->on_drained();
}

TEST_CASE("An API that stops ends its streams, and later ones at once; the rest is still answered") {
  ApiFixture api;
  const auto stream = api.Open("GET", "/api/1/dtabs?watch=true");
  const auto waiting = api.Open("GET", "/api/1/addr/default?path=/disco/web");
  api.api->Stop();
  CHECK(stream->ended);
  CHECK(waiting->response->status == 503);
  stream->on_closed();
  api.loop.RunReady();
  CHECK(api.Open("GET", "/api/1/dtabs?watch=true")->ended);
  CHECK(api.api->open() == 0);
  CHECK(api.Put("web", "/a => /b").status == 204);
}

TEST_CASE("A request waits for discovery, and no longer than its time") {
  ApiFixture api(ApiFixture::Dtabs{{"default", "/svc => /disco"}});
  const auto answered = api.Open("GET", "/api/1/bind/default?path=/svc/web");
  const auto late = api.Open("GET", "/api/1/addr/default?path=/disco/web");
  CHECK_FALSE(answered->response.has_value());
  api.clock.Advance(std::chrono::seconds(9));
  api.disco->SetAddr(Addr::Pending());
  api.loop.RunReady();
  CHECK_FALSE(answered->response.has_value());
  api.clock.Advance(std::chrono::seconds(2));
  api.loop.RunReady();
  REQUIRE(late->response.has_value());
  CHECK(late->response->status == 503);
  CHECK(answered->response->status == 503);
  CHECK(api.api->open() == 0);
}

TEST_CASE("A binding is told when its tree changes and its endpoints are known") {
  ApiFixture api(ApiFixture::Dtabs{{"default", "/svc => /disco"}});
  const auto stream = api.Open("GET", "/api/1/bind/default?path=/svc/web&watch=true");
  CHECK(stream->chunks.empty());
  api.disco->SetAddr(Addr::Pending());
  CHECK(stream->chunks.empty());
  api.disco->SetAddr(Addr::Bound({At(1)}));
  REQUIRE(stream->chunks.size() == 1);
  CHECK_THAT(stream->chunks[0], Catch::Contains("\"id\":\"/disco/web\"") && Catch::Contains("\"port\":1"));
  REQUIRE(api.Put("default", "/svc => /$/inet/127.0.0.1/9").status == 204);
  REQUIRE(stream->chunks.size() == 2);
  CHECK_THAT(stream->chunks[1], Catch::Contains("\"port\":9"));
  REQUIRE(api.Ask("DELETE", "/api/1/dtabs/default").status == 204);
  REQUIRE(stream->chunks.size() == 3);
  CHECK(stream->chunks[2] == "{\"type\":\"neg\"}\n");
  CHECK_FALSE(stream->ended);
}

TEST_CASE("What a name resolves to follows its tree and its endpoints") {
  ApiFixture api(ApiFixture::Dtabs{{"default", "/svc => /disco"}});
  const auto stream = api.Open("GET", "/api/1/resolve/default?path=/svc/web&watch=true");
  api.disco->SetAddr(Addr::Bound({At(1)}));
  api.disco->SetAddr(Addr::Bound({At(2)}));
  REQUIRE(api.Put("default", "/svc => !").status == 204);
  REQUIRE(stream->chunks.size() == 3);
  CHECK_THAT(stream->chunks[0], Catch::Contains("\"port\":1"));
  CHECK_THAT(stream->chunks[1], Catch::Contains("\"port\":2"));
  CHECK(stream->chunks[2] == "{\"type\":\"neg\"}\n");
}

}  // namespace
}  // namespace heddle::namerd
