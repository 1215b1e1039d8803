// /shifts: how shifts are started, followed and steered. What they do is tested with namerd/shift.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/http_api/api_fixture.h"

namespace heddle::namerd {
namespace {

using nlohmann::json;

constexpr char kDtab[] = "# mine\n/host/world => /srv/world-v1 ; # now\n/srv => /$/inet/127.1\n";
constexpr char kPlan[] = R"({"prefix":"/host/world","to":"/srv/world-v2",
                             "steps":[10,{"percent":50,"manual":true}],"dwell":"10s"})";

struct ShiftsFixture : ApiFixture {
  ShiftsFixture() : ApiFixture(Dtabs{{"web", kDtab}, {"a/b", kDtab}}) {}

  HttpResponse Start(const std::string& plan = kPlan, const std::string& ns = "web",
                     HeaderList headers = {}) {
    headers.emplace_back("Content-Type", "application/json");
    const auto writer = Open("POST", "/api/1/shifts/" + ns, std::move(headers), plan);
    Settle();
    return writer->response.value_or(HttpResponse{0, {}, ""});
  }
  HttpResponse Act(const std::string& action) {
    const auto writer = Open("POST", "/api/1/shifts/web?prefix=/host/world&action=" + action);
    Settle();
    return writer->response.value_or(HttpResponse{0, {}, ""});
  }
  json Get(const std::string& query) { return json::parse(Ask("GET", "/api/1/shifts" + query).body); }
  std::string Phase() { return Get("/web?prefix=/host/world")["phase"]; }
  // Writes of the store follow one another.
  void Settle() {
    for (int i = 0; i < 20; ++i) loop.RunReady();
  }
  void Pass(Millis time) {
    clock.Advance(time);
    Settle();
  }
};

TEST_CASE("A shift is started, shown and listed") {
  ShiftsFixture api;
  CHECK(api.Get("") == json::array());
  const HttpResponse started =
      api.Start(kPlan, "web", {{"Heddle-Author", "ci"}, {"Heddle-Message", "build 7"}});
  REQUIRE(started.status == 201);
  CHECK(HeaderOf(started, "Content-Type") == "application/json");
  const json shift = json::parse(started.body);
  CHECK(shift["namespace"] == "web");
  CHECK(shift["author"] == "ci");
  CHECK(shift["message"] == "build 7");
  CHECK(shift["phase"] == "writing");
  CHECK(shift["plan"]["from"] == "/srv/world-v1");
  CHECK(shift["version"] == "AAAAAAAAAAE=");
  CHECK(api.Phase() == "dwelling");
  REQUIRE(api.Start(kPlan, "a/b").status == 201);

  const json all = api.Get("");
  REQUIRE(all.size() == 2);
  CHECK(all[1]["phase"] == "dwelling");
  CHECK(all[1]["transitions"].size() == 1);  // a list tells how they stand
  CHECK(api.Get("/web?prefix=/host/world")["transitions"].size() == 3);
  REQUIRE(api.Get("?ns=a/b").size() == 1);
  CHECK(api.Get("?ns=a/b")[0]["namespace"] == "a/b");
  CHECK(api.Get("?ns=none").empty());
}

TEST_CASE("What cannot be started is refused, and nothing is stored") {
  ShiftsFixture api;
  CHECK(api.Start("{").status == 400);
  CHECK(api.Start(R"({"prefix":"/host/world","to":"/srv/world-v2"})").status == 400);  // no steps
  CHECK(api.Start(kPlan, "none").status == 404);
  CHECK(api.Start(R"({"prefix":"/host/none","to":"/srv/x","steps":[100]})").status == 404);
  CHECK(api.Start(R"({"prefix":"/host/world","from":"/srv/other","to":"/srv/x","steps":[100]})").status ==
        412);
  CHECK(api.Start(kPlan, "web%FF").status == 400);
  CHECK(api.Start(kPlan, "web?message=%FF").status == 400);
  CHECK(api.Ask("POST", "/api/1/shifts/web", {{"Content-Type", "text/plain"}}, kPlan).status == 415);
  CHECK(api.Ask("PUT", "/api/1/shifts/web", {}, kPlan).status == 405);
  CHECK(api.Ask("POST", "/api/1/shifts", {}, kPlan).status == 405);
  const HttpResponse misspelt = api.Start(kPlan, "web?dryrun=true");
  CHECK(misspelt.status == 400);
  CHECK_THAT(misspelt.body, Catch::Contains("dry-run"));
  CHECK(api.Start(kPlan, "web?dry-run=yes").status == 400);
  const HttpResponse no_action = api.Start(kPlan, "web?prefix=/host/world");
  CHECK(no_action.status == 400);
  CHECK_THAT(no_action.body, Catch::Contains("action=promote"));
  CHECK(api.Get("").empty());

  REQUIRE(api.Start().status == 201);
  CHECK(api.Start().status == 409);
}

TEST_CASE("A shift is steered; what its phase does not allow is a conflict") {
  ShiftsFixture api;
  CHECK(api.Act("pause").status == 404);
  REQUIRE(api.Start().status == 201);
  const HttpResponse paused = api.Act("pause");
  CHECK(paused.status == 200);
  CHECK(json::parse(paused.body)["phase"] == "paused");
  const HttpResponse again = api.Act("pause");
  CHECK(again.status == 409);
  CHECK_THAT(again.body, Catch::Contains("paused"));
  CHECK(json::parse(api.Act("resume").body)["phase"] == "dwelling");
  CHECK(api.Act("promote").status == 200);
  CHECK(api.Get("/web?prefix=/host/world")["percent"] == 50);
  CHECK(api.Act("promote-full").status == 200);
  CHECK(api.Phase() == "promoted");
  CHECK(api.Act("abort").status == 409);
  CHECK(api.Act("stop").status == 400);
  CHECK(api.Act("").status == 400);
  CHECK(api.Ask("POST", "/api/1/shifts/web?action=abort").status == 400);
  CHECK(api.Ask("POST", "/api/1/shifts/web?prefix=/host/none&action=abort").status == 404);
  CHECK(api.Ask("POST", "/api/1/shifts/web?prefix=/host/world&action=abort&force=1").status == 400);
}

TEST_CASE("An abort brings the rule back as it was, and its author is kept") {
  ShiftsFixture api;
  REQUIRE(api.Start().status == 201);
  REQUIRE(api.Act("abort&author=ann&message=no").status == 200);
  CHECK(api.Phase() == "aborted");
  const json history = json::parse(api.Ask("GET", "/api/1/dtabs/web/history").body);
  CHECK(history.size() == 3);
  CHECK(history[0]["dtab"] == kDtab);
  CHECK_THAT(api.Get("/web?prefix=/host/world").dump(), Catch::Contains("ann"));
}

TEST_CASE("A shift as a stream of lines, which ends with it") {
  ShiftsFixture api;
  CHECK(api.Ask("GET", "/api/1/shifts/web?prefix=/host/world&watch=true").status == 404);
  REQUIRE(api.Start().status == 201);
  const auto stream = api.Open("GET", "/api/1/shifts/web?prefix=/host/world&watch=true");
  const auto slow = api.Open("GET", "/api/1/shifts/web?prefix=/host/world&watch=true");
  REQUIRE(stream->chunks.size() == 1);
  CHECK(json::parse(stream->chunks[0])["phase"] == "dwelling");
  slow->buffered_bytes = 3;
  api.Pass(std::chrono::seconds(11));
  CHECK(json::parse(stream->chunks.back())["step"] == 1);
  CHECK_FALSE(stream->ended);
  REQUIRE(api.Act("abort").status == 200);
  CHECK(stream->ended);
  CHECK(json::parse(stream->chunks.back())["phase"] == "aborted");
  CHECK(json::parse(stream->chunks.back())["over"] == true);
  CHECK_FALSE(slow->ended);
  slow->buffered_bytes = 0;
  slow->on_drained();
  CHECK(slow->ended);
  REQUIRE(slow->chunks.size() == 2);
  CHECK(json::parse(slow->chunks[1])["over"] == true);
  api.loop.RunReady();
  CHECK(api.api->open() == 0);
  const auto late = api.Open("GET", "/api/1/shifts/web?prefix=/host/world&watch=true");
  CHECK(late->chunks.size() == 1);
  CHECK(late->ended);
}

TEST_CASE("A stream that attends keeps a shift from being aborted, as long as it is there") {
  ShiftsFixture api;
  json plan = json::parse(kPlan);
  plan["abortOnDisconnect"] = true;
  plan["dwell"] = "10m";
  REQUIRE(api.Start(plan.dump()).status == 201);
  const auto watching = api.Open("GET", "/api/1/shifts/web?prefix=/host/world&watch=true");
  const auto attending = api.Open("GET", "/api/1/shifts/web?prefix=/host/world&watch=true&attend=true");
  api.Pass(Shifts::kAttendGrace * 3);
  CHECK(api.Phase() == "dwelling");
  attending->on_closed();
  api.loop.RunReady();
  api.Pass(Shifts::kAttendGrace + Millis(1));
  CHECK(api.Phase() == "aborted");
  CHECK(watching->ended);
  CHECK(api.Ask("GET", "/api/1/shifts/web?prefix=/host/world&attend=true").status == 400);
}

TEST_CASE("The shifts of a rule, the latest first") {
  ShiftsFixture api;
  CHECK(api.Ask("GET", "/api/1/shifts/web?prefix=/host/world&history=true").status == 404);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(api.Start().status == 201);
    REQUIRE(api.Act("abort").status == 200);
  }
  const auto history = [&](const std::string& query) {
    const auto writer = api.Open("GET", "/api/1/shifts/web?prefix=/host/world&history=true" + query);
    api.Settle();
    return json::parse(writer->response->body);
  };
  const json all = history("");
  REQUIRE(all.size() == 3);
  CHECK(all[0]["id"] > all[1]["id"]);
  CHECK(all[2]["phase"] == "aborted");
  CHECK(history("&limit=2").size() == 2);
  CHECK(api.Ask("GET", "/api/1/shifts/web?prefix=/host/world&history=true&limit=101").status == 400);
  CHECK(api.Ask("GET", "/api/1/shifts/web?prefix=/host/world&history=true&watch=true").status == 400);
}

TEST_CASE("What is asked for amiss is told") {
  ShiftsFixture api;
  const HttpResponse no_prefix = api.Ask("GET", "/api/1/shifts/web");
  CHECK(no_prefix.status == 400);
  CHECK_THAT(no_prefix.body, Catch::Contains("?prefix=/host/web") && Catch::Contains("?ns=web"));
  CHECK(api.Ask("GET", "/api/1/shifts/web?prefix=/host/world").status == 404);
  CHECK(api.Ask("GET", "/api/1/shifts/web?prefix=/host/world&live=1").status == 400);
  CHECK(api.Ask("GET", "/api/1/shifts?namespace=web").status == 400);
}

TEST_CASE("A dry run shows each step's dtab and what it would change, and stores nothing") {
  ShiftsFixture api;
  const Subscription user = api.in_use.Follow("web", Path{"host", "world", "8001"}, Dtab());
  const auto writer =
      api.Open("POST", "/api/1/shifts/web?dry-run=true", {{"Content-Type", "application/json"}}, kPlan);
  api.Settle();
  REQUIRE(writer->response.has_value());
  CHECK(writer->response->status == 200);
  const json body = json::parse(writer->response->body);
  CHECK(body["namespace"] == "web");
  CHECK(body["prefix"] == "/host/world");
  CHECK(body["original"] == "/srv/world-v1");
  CHECK(body["overriddenBy"] == "");
  REQUIRE(body["steps"].size() == 3);
  CHECK(body["steps"][0]["percent"] == 10);
  CHECK(body["steps"][0]["destination"] == "90 * /srv/world-v1 & 10 * /srv/world-v2");
  CHECK(body["steps"][0]["dtab"] ==
        "# mine\n/host/world => 90 * /srv/world-v1 & 10 * /srv/world-v2 ; # now\n/srv => /$/inet/127.1\n");
  CHECK(body["steps"][1]["manual"] == true);
  CHECK(body["steps"][2]["final"] == true);
  CHECK(body["steps"][2]["destination"] == "/srv/world-v2");
  for (const json& step : body["steps"]) {
    CHECK(step["check"]["namespace"] == "web");
    CHECK(step["check"]["counts"]["all"] == 1);
  }
  CHECK(api.Get("").empty());
  CHECK(json::parse(api.Ask("GET", "/api/1/dtabs/web/history").body).size() == 1);

  CHECK(api.Start(R"({"prefix":"/host/none","to":"/srv/x","steps":[100]})", "web?dry-run=1").status == 404);
  CHECK(api.Start(R"({"prefix":"/host/world","from":"/x","to":"/srv/x","steps":[100]})", "web?dry-run=1")
            .status == 412);
  REQUIRE(api.Start().status == 201);
  CHECK(api.Start(kPlan, "web?dry-run=1").status == 409);
}

TEST_CASE("A dry run ends with its client") {
  ShiftsFixture api;
  json plan = json::parse(kPlan);
  plan["to"] = "/disco/v2";  // which does not answer
  const Subscription user = api.in_use.Follow("web", Path{"host", "world", "8001"}, Dtab());
  const auto left =
      api.Open("POST", "/api/1/shifts/web?dry-run=true", {{"Content-Type", "application/json"}}, plan.dump());
  CHECK_FALSE(left->response.has_value());
  CHECK(left->ends_with_peer);
  left->on_closed();
  api.loop.RunReady();
  CHECK(api.api->open() == 0);
  api.Pass(std::chrono::minutes(2));
  CHECK_FALSE(left->response.has_value());
}

TEST_CASE("When namerd stops, streams of shifts end and there are no shifts any more") {
  ShiftsFixture api;
  REQUIRE(api.Start().status == 201);
  const auto stream = api.Open("GET", "/api/1/shifts/web?prefix=/host/world&watch=true&attend=true");
  api.shifts.Stop();
  api.api->Stop();
  CHECK(stream->ended);
  CHECK(api.Ask("GET", "/api/1/shifts").status == 503);
  CHECK(api.Act("abort").status == 503);
}

}  // namespace
}  // namespace heddle::namerd
