// /proxies and /traffic: who follows, and what they do.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "namerd/http_api/fleet_api.h"
#include "namerd/http_api/traffic_json.h"
#include "tests/unit/http_api/api_fixture.h"

namespace heddle::namerd {
namespace {

using nlohmann::json;
constexpr Millis kSecond{1000};

TrafficRow Row(const std::string& service, const std::string& client, uint64_t requests, uint64_t failed = 0,
               uint64_t microseconds = 0) {
  TrafficRow row{{"web", service, client}, {requests, requests - failed, {}, {}}};
  if (failed > 0) row.counts.failures["timeout"] = failed;
  row.counts.latency.AddBucket(BucketIndex(microseconds), requests);
  return row;
}

struct FleetFixture : ApiFixture {
  FleetFixture() : ApiFixture(Dtabs{{"web", "/svc => /srv"}}) { clock.Advance(100 * kSecond); }

  void Pass(Millis time) {
    clock.Advance(time);
    loop.RunReady();
  }
  json Traffic(const std::string& query = "") {
    const HttpResponse response = Ask("GET", "/api/1/traffic/web" + query);
    CHECK(response.status == 200);
    return json::parse(response.body);
  }
  std::unique_ptr<Fleet::Handle> Proxy(const std::string& id) {
    return fleet.Join({.id = id, .node = "node-1", .version = "1", .peer = "10.0.0.9:1"});
  }
};

TEST_CASE("The proxies, those that have gone included") {
  FleetFixture api;
  CHECK(api.Ask("GET", "/api/1/proxies").body == "{\"connected\":0,\"proxies\":[]}\n");
  auto a = api.Proxy("a");
  a->Follows("web");
  api.Proxy("b");
  const HttpResponse response = api.Ask("GET", "/api/1/proxies");
  CHECK(response.status == 200);
  CHECK(HeaderOf(response, "Content-Type") == "application/json");
  const json body = json::parse(response.body);
  CHECK(body["connected"] == 1);
  REQUIRE(body["proxies"].size() == 2);
  CHECK(body["proxies"][0]["id"] == "a");
  CHECK(body["proxies"][0]["namespaces"].contains("web"));
  CHECK(body["proxies"][1]["connected"] == false);
}

TEST_CASE("The proxies as a stream: a line a change, and no more than one a second") {
  FleetFixture api;
  const auto stream = api.Open("GET", "/api/1/proxies?watch=true");
  const auto other = api.Open("GET", "/api/1/proxies?watch=true");
  REQUIRE(stream->chunks.size() == 1);
  CHECK(json::parse(stream->chunks[0])["connected"] == 0);
  api.Pass(5 * kSecond);
  CHECK(stream->chunks.size() == 1);
  auto a = api.Proxy("a");
  api.Pass(kSecond);
  REQUIRE(stream->chunks.size() == 2);
  CHECK(json::parse(stream->chunks[1])["connected"] == 1);
  std::vector<std::unique_ptr<Fleet::Handle>> more;
  for (int i = 0; i < 9; ++i) {
    more.push_back(api.Proxy(absl::StrCat("more-", i)));
    api.Pass(Millis(100));
  }
  CHECK(stream->chunks.size() <= 3);
  api.Pass(kSecond);
  CHECK(json::parse(stream->chunks.back())["connected"] == 10);
  CHECK(other->chunks == stream->chunks);
}

TEST_CASE("The traffic of a namespace, by service and client, with what the proxies have not reported yet") {
  FleetFixture api;
  api.traffic.Add({Row("/svc/a", "/#/v1", 30, 3, 1000), Row("/svc/b", "/#/b", 5)});
  uint64_t asked = 0;
  const Subscription proxy = api.traffic.Join("proxy-1", [&](uint64_t id) { asked = id; });
  const auto waiting = api.Open("GET", "/api/1/traffic/web");
  CHECK_FALSE(waiting->response.has_value());
  REQUIRE(asked != 0);
  api.traffic.Add({Row("/svc/a", "/#/v2", 10, 0, 63'000)});
  api.traffic.Answered("proxy-1", asked);
  api.loop.RunReady();
  REQUIRE(waiting->response.has_value());
  const json body = json::parse(waiting->response->body);
  CHECK(body["namespace"] == "web");
  CHECK(body["windowMs"] == 10'000);
  CHECK(body["missing"] == json::array());
  CHECK(body["leftOut"] == json({{"services", 0}, {"clients", 0}}));
  REQUIRE(body["services"].size() == 2);
  const json& service = body["services"][0];
  CHECK(service["service"] == "/svc/a");
  CHECK(service["requests"] == 40);
  CHECK(service["successes"] == 37);
  CHECK(service["successRate"] == 37.0 / 40);
  CHECK(service["requestsPerSecond"] == 4.0);
  CHECK(service["failures"] == json({{"timeout", 3}}));
  CHECK(service["p50Ms"].get<double>() == Approx(1.0).epsilon(0.02));
  CHECK(service["p95Ms"].get<double>() == Approx(63.0).epsilon(0.02));
  CHECK(service["p99Ms"].get<double>() == Approx(63.0).epsilon(0.02));
  REQUIRE(service["clients"].size() == 2);
  CHECK(service["clients"][0]["client"] == "/#/v1");
  CHECK(service["clients"][0]["successRate"] == 0.9);
  CHECK(service["clients"][1]["client"] == "/#/v2");
  CHECK(body["services"][1]["service"] == "/svc/b");
}

TEST_CASE("A proxy that does not answer is named, and holds up nobody for longer than its time") {
  FleetFixture api;
  const Subscription frozen = api.traffic.Join("frozen", [](uint64_t) {});
  const auto waiting = api.Open("GET", "/api/1/traffic/web");
  api.Pass(FleetApi::kCollectLimit - Millis(1));
  CHECK_FALSE(waiting->response.has_value());
  api.Pass(Millis(1));
  REQUIRE(waiting->response.has_value());
  CHECK(json::parse(waiting->response->body)["missing"] == json({"frozen"}));
}

TEST_CASE("Traffic is of a window, which has limits, and of a namespace that is there") {
  FleetFixture api;
  api.traffic.Add({Row("/svc/a", "/#/v1", 30)});
  api.Pass(20 * kSecond);
  CHECK(api.Traffic()["services"].empty());
  CHECK(api.Traffic("?window=1m")["services"][0]["requests"] == 30);
  for (const char* query : {"window=61s", "window=10", "window=0s", "watch=yes", "windo=1s"}) {
    INFO(query);
    const HttpResponse refused = api.Ask("GET", std::string("/api/1/traffic/web?") + query);
    CHECK(refused.status == 400);
    CHECK_THAT(refused.body, Catch::Contains(std::string(query).substr(0, 5)));
  }
  CHECK(api.Ask("GET", "/api/1/traffic/none").status == 404);
  REQUIRE(api.Ask("DELETE", "/api/1/dtabs/web").status == 204);
  CHECK(api.Traffic("?window=1m")["services"].size() == 1);  // of its last proxies
  CHECK(api.Ask("POST", "/api/1/traffic/web").status == 405);
  CHECK(api.Ask("POST", "/api/1/proxies").status == 405);
  CHECK(api.Ask("GET", "/api/1/proxies?watched=1").status == 400);
}

TEST_CASE("Traffic as a stream: a line a second, one collection for all who watch") {
  FleetFixture api;
  size_t asked = 0;
  const Subscription proxy = api.traffic.Join("p", [&](uint64_t id) {
    ++asked;
    api.loop.Post([&api, id] {
      api.traffic.Add({Row("/svc/a", "/#/v1", 10)});
      api.traffic.Answered("p", id);
    });
  });
  const auto stream = api.Open("GET", "/api/1/traffic/web?watch=true&window=60s");
  const auto other = api.Open("GET", "/api/1/traffic/web?watch=true&window=60s");
  const auto shorter = api.Open("GET", "/api/1/traffic/web?watch=true&window=1s");
  api.loop.RunReady();
  REQUIRE(stream->chunks.size() == 1);
  CHECK(asked == 1);
  for (int i = 0; i < 3; ++i) {
    api.Pass(kSecond);
    api.loop.RunReady();
  }
  CHECK(asked == 4);
  REQUIRE(stream->chunks.size() == 4);
  CHECK(json::parse(stream->chunks[3])["services"][0]["requests"] == 40);
  CHECK(other->chunks == stream->chunks);
  REQUIRE(!shorter->chunks.empty());
  CHECK(json::parse(shorter->chunks.back())["services"][0]["requests"] < 40);
  for (const auto& each : {stream, other, shorter}) each->on_closed();
  api.loop.RunReady();
  api.Pass(5 * kSecond);
  CHECK(asked == 4);
  CHECK(api.api->open() == 0);
  api.Open("GET", "/api/1/traffic/web?watch=true&window=60s");
  CHECK(asked == 5);
}

TEST_CASE("Streams of traffic have few windows: what is asked for is rounded up") {
  FleetFixture api;
  api.Pass(100 * kSecond);
  std::set<int64_t> windows;
  for (int64_t seconds = 1; seconds <= 60; ++seconds) {
    const auto stream = api.Open("GET", absl::StrCat("/api/1/traffic/web?watch=true&window=", seconds, "s"));
    api.loop.RunReady();
    REQUIRE(stream->chunks.size() == 1);
    const int64_t window = json::parse(stream->chunks[0])["windowMs"];
    CHECK(window >= seconds * 1000);
    windows.insert(window);
    stream->on_closed();
    api.loop.RunReady();
  }
  CHECK(windows == std::set<int64_t>{1000, 2000, 5000, 10'000, 20'000, 30'000, 60'000});
}

TEST_CASE("Streams of the fleet are bounded, and their places are given back") {
  FleetFixture api;
  std::vector<std::shared_ptr<FakeWriter>> streams;
  for (size_t i = 0; i < FleetApi::kMost; ++i) {
    streams.push_back(api.Open("GET", i % 2 == 0 ? "/api/1/proxies?watch=1" : "/api/1/traffic/web?watch=1"));
    CHECK(streams.back()->response->status == 200);
  }
  CHECK(api.Ask("GET", "/api/1/proxies?watch=1").status == 503);
  CHECK(api.Ask("GET", "/api/1/traffic/web").status == 503);
  CHECK(api.Ask("GET", "/api/1/proxies").status == 200);
  streams[0]->on_closed();
  api.loop.RunReady();
  CHECK(api.Ask("GET", "/api/1/traffic/web").status == 200);
}

TEST_CASE("What is shown of the traffic is bounded: the busiest, and how many are left out") {
  FleetFixture api;
  std::vector<TrafficRow> report;
  for (size_t i = 0; i < kMaxServicesShown + 5; ++i) {
    report.push_back(Row(absl::StrCat("/svc/s", i), "/#/one", 10 + i));
  }
  for (size_t i = 0; i < kMaxClientsShown + 3; ++i) {
    report.push_back(Row("/svc/many", absl::StrCat("/#/c", i), 100 + i));
  }
  api.traffic.Add(report);
  const json body = api.Traffic();
  REQUIRE(body["services"].size() == kMaxServicesShown);
  CHECK(body["leftOut"] == json({{"services", 6}, {"clients", 3}}));
  const json& many = body["services"][0];
  CHECK(many["service"] == "/svc/many");
  REQUIRE(many["clients"].size() == kMaxClientsShown);
  CHECK(many["clients"][0]["client"] == absl::StrCat("/#/c", kMaxClientsShown + 2));
  size_t all = 0;
  for (size_t i = 0; i < kMaxClientsShown + 3; ++i) all += 100 + i;
  CHECK(many["requests"] == all);
  CHECK(body["services"][1]["service"] == absl::StrCat("/svc/s", kMaxServicesShown + 4));
}

}  // namespace
}  // namespace heddle::namerd
