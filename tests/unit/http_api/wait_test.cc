// Writes that are answered when the fleet runs what was written.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "namerd/http_api/waiting_writes.h"
#include "tests/unit/http_api/api_fixture.h"

namespace heddle::namerd {
namespace {

using nlohmann::json;

constexpr char kDtab[] = "/svc => /$/inet/127.1/1001";

struct WaitFixture : ApiFixture {
  WaitFixture() : ApiFixture(Dtabs{{"web", kDtab}}) {
    proxy->Follows("web");
    Ack(1);
  }
  void Ack(uint64_t revision) { proxy->Applied("web", {store->epoch(), revision}); }
  std::shared_ptr<FakeWriter> Write(const std::string& query, HeaderList headers = {}) {
    headers.emplace_back("Content-Type", "application/dtab");
    return Open("PUT", "/api/1/dtabs/web" + query, std::move(headers), kDtab);
  }
  void Pass(Millis time) {
    clock.Advance(time);
    loop.RunReady();
  }
  size_t versions() { return json::parse(Ask("GET", "/api/1/dtabs/web/history").body).size(); }

  std::unique_ptr<Fleet::Handle> proxy = fleet.Join({.id = "proxy-1", .node = "", .version = "", .peer = ""});
};

TEST_CASE("A write that waits is answered when every proxy runs it") {
  WaitFixture api;
  const auto waiting = api.Write("?wait=true");
  CHECK_FALSE(waiting->response.has_value());
  CHECK(api.api->open() == 1);
  CHECK(waiting->ends_with_peer);
  api.Pass(Millis(7));
  api.Ack(2);
  api.loop.RunReady();
  REQUIRE(waiting->response.has_value());
  CHECK(waiting->response->status == 200);
  CHECK(waiting->Header("Heddle-Version") == "AAAAAAAAAAI=");
  CHECK(waiting->Header("Content-Type") == "application/json");
  CHECK(json::parse(waiting->response->body) == json::parse(R"({
    "version": "AAAAAAAAAAI=", "number": 2, "revision": 2, "converged": true, "tookMs": 7,
    "proxies": {"following": 1, "applied": 1, "behind": []}})"));
  CHECK(api.api->open() == 0);
}

TEST_CASE("A wait whose time is up names who is behind, and what was written stays") {
  WaitFixture api;
  const auto waiting = api.Write("?wait=2s");
  api.Pass(Millis(1999));
  CHECK_FALSE(waiting->response.has_value());
  api.Pass(Millis(1));
  REQUIRE(waiting->response.has_value());
  CHECK(waiting->response->status == 202);
  CHECK(waiting->Header("Heddle-Version") == "AAAAAAAAAAI=");
  const json body = json::parse(waiting->response->body);
  CHECK(body["converged"] == false);
  CHECK(body["proxies"] == json({{"following", 1}, {"applied", 0}, {"behind", {"proxy-1"}}}));
  CHECK(api.versions() == 2);
}

TEST_CASE("Where nobody follows, a version is live at once; without wait all is as it was") {
  WaitFixture api;
  api.proxy->Left("web");
  const auto put = api.Write("?wait=1m");
  REQUIRE(put->response.has_value());
  CHECK(put->response->status == 200);
  CHECK(json::parse(put->response->body)["proxies"]["following"] == 0);
  CHECK(api.Write("")->response->status == 204);
  CHECK(api.Write("?wait=false")->response->status == 204);
  const HttpResponse created =
      api.Ask("POST", "/api/1/dtabs/new?wait=500ms", {{"Content-Type", "application/dtab"}}, kDtab);
  CHECK(created.status == 200);
  CHECK(json::parse(created.body)["number"] == 1);
}

TEST_CASE("A write that is refused is not waited for") {
  WaitFixture api;
  CHECK(api.Write("?wait=true", {{"If-Match", "AAAAAAAAAAk="}})->response->status == 412);
  CHECK(api.Ask("POST", "/api/1/dtabs/web?wait=true", {{"Content-Type", "application/dtab"}}, kDtab).status ==
        409);
  CHECK(api.api->open() == 0);
}

TEST_CASE("A checked write waits, too, once it has passed") {
  WaitFixture api;
  const Subscription user = api.in_use.Follow("web", Path{"svc", "users"}, Dtab());
  const auto passed = api.Write("?wait=5s&check=true");
  CHECK_FALSE(passed->response.has_value());
  api.Ack(2);
  api.loop.RunReady();
  REQUIRE(passed->response.has_value());
  CHECK(passed->response->status == 200);
  const HttpResponse refused = api.Ask("PUT", "/api/1/dtabs/web?wait=5s&check=true",
                                       {{"Content-Type", "application/dtab"}}, "/other => /x");
  CHECK(refused.status == 422);
  CHECK(api.versions() == 2);
}

TEST_CASE("A wait ends with its client, also with one that goes before the write is done") {
  WaitFixture api;
  const auto waiting = api.Write("?wait=5s");
  waiting->on_closed();
  CHECK(api.api->open() == 0);
  const auto early = std::make_shared<FakeWriter>();
  api.api->Handle({"PUT",
                   "/api/1/dtabs/web?wait=5s",
                   {{"Content-Type", "application/dtab"}},
                   kDtab,
                   *SocketAddress::Parse("10.0.0.1", 5)},
                  early);
  early->on_closed();
  api.loop.RunReady();
  CHECK(api.versions() == 3);
  CHECK(api.api->open() == 0);
  api.Ack(3);
  api.Pass(std::chrono::seconds(6));
  CHECK_FALSE(waiting->response.has_value());
  CHECK_FALSE(early->response.has_value());
}

TEST_CASE("The end of namerd answers who waits with how far it is; what is stored is told") {
  WaitFixture api;
  const auto stopped = api.Write("?wait=5s");
  SECTION("it stops") { api.api->Stop(); }
  SECTION("it goes") { api.api.reset(); }
  REQUIRE(stopped->response.has_value());
  CHECK(stopped->response->status == 202);
  CHECK(stopped->Header("Heddle-Version") == "AAAAAAAAAAI=");
  if (api.api == nullptr) return;
  CHECK(api.Write("?wait=5s")->response->status == 202);
  CHECK(api.api->open() == 0);
}

TEST_CASE("Above their number, waits are refused before anything is stored") {
  WaitFixture api;
  std::vector<std::shared_ptr<FakeWriter>> waiting;
  for (size_t i = 0; i < WaitingWrites::kMost; ++i) waiting.push_back(api.Write("?wait=10m"));
  CHECK(api.api->open() == WaitingWrites::kMost);
  const auto refused = api.Write("?wait=1s");
  REQUIRE(refused->response.has_value());
  CHECK(refused->response->status == 503);
  CHECK_THAT(refused->response->body, Catch::Contains("nothing was stored"));
  CHECK(api.store->WatchDocument(DocumentKind::kDtab, "web")->Get()->number == WaitingWrites::kMost + 1);
  api.Ack(WaitingWrites::kMost + 1);
  api.loop.RunReady();
  for (const auto& each : waiting) REQUIRE(each->response->status == 200);
  CHECK_FALSE(api.Write("?wait=1s")->response.has_value());
}

TEST_CASE("A wait that is no time is refused, and nothing is stored") {
  WaitFixture api;
  for (const char* wait : {"soon", "", "30", "-1s", "0s", "11m", "1e3s", "1h", "true ", ".", "1..2s"}) {
    INFO(wait);
    const auto refused = api.Write("?wait=" + EscapeUri(wait));
    REQUIRE(refused->response.has_value());
    CHECK(refused->response->status == 400);
    CHECK_THAT(refused->response->body,
               Catch::StartsWith(std::string("wait=") + wait + " is no time from 1ms to 10m"));
  }
  CHECK(api.versions() == 1);
}

}  // namespace
}  // namespace heddle::namerd
