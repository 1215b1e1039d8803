// Checks before a write, and writes that are done only if they hurt nobody.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/http_api/api_fixture.h"

namespace heddle::namerd {
namespace {

using nlohmann::json;

constexpr char kV1[] = "/svc => /$/inet/127.1/1001";
constexpr char kV2[] = "/svc => /$/inet/127.1/1002";
constexpr char kLost[] = "# nothing for it\n/srv => /$/inet/127.1/1003";

struct CheckFixture : ApiFixture {
  CheckFixture() : ApiFixture(Dtabs{{"web", kV1}}) {}

  HttpResponse Check(const std::string& dtab, const std::string& query = "", HeaderList headers = {}) {
    headers.emplace_back("Content-Type", "application/dtab");
    return Ask("POST", "/api/1/check/web" + query, std::move(headers), dtab);
  }
  std::string Stored() { return Ask("GET", "/api/1/dtabs/web", {{"Accept", "application/dtab"}}).body; }

  Subscription user = in_use.Follow("web", Path{"svc", "users"}, Dtab());
};

TEST_CASE("A check tells what is wrong, and what would change for whom") {
  CheckFixture api;
  const HttpResponse response = api.Check(kLost);
  REQUIRE(response.status == 200);
  CHECK(HeaderOf(response, "Content-Type") == "application/json");
  CHECK(json::parse(response.body) == json::parse(R"({
    "namespace": "web", "version": "AAAAAAAAAAE=", "rules": 1, "ok": false, "complete": true,
    "findings": [{
      "severity": "warning", "kind": "never_matches",
      "rules": [{"rule": 1, "line": 2, "column": 1, "text": "/srv => /$/inet/127.1/1003"}],
      "message": "matches nothing: no rule leads to /srv, and no name in use begins so",
      "remedy": "Delete it, unless it waits for names to come."}],
    "counts": {"all": 1, "unchanged": 0, "changed": 0, "lost": 1, "gained": 0, "absent": 0, "unknown": 0},
    "names": [{
      "path": "/svc/users", "dtab": "", "followers": 1, "effect": "lost",
      "before": {"state": "served", "clients": [
        {"id": "/$/inet/127.1/1001", "path": "/users", "share": 1.0, "endpoints": 1}]},
      "after": {"state": "absent", "why": "no rule and no namer has /svc/users"}}],
    "left_out": {"findings": 0, "names": 0}})"));
  CHECK(api.Stored() == "/svc=>/$/inet/127.1/1001\n");
}

TEST_CASE("A check takes JSON, more names, and a namespace that is not there yet") {
  CheckFixture api;
  const HttpResponse as_json =
      api.Ask("POST", "/api/1/check/web?path=/svc/a&path=/other", {{"Content-Type", "application/json"}},
              R"([{"prefix":"/svc","dst":"/$/inet/127.1/1002"}])");
  REQUIRE(as_json.status == 200);
  const json report = json::parse(as_json.body);
  CHECK(report["ok"] == true);
  CHECK(report["counts"]["all"] == 3);
  CHECK(report["counts"]["changed"] == 2);
  CHECK(report["counts"]["absent"] == 1);
  const HttpResponse fresh =
      api.Ask("POST", "/api/1/check/new?path=/svc/a", {{"Content-Type", "application/dtab"}}, kV1);
  CHECK(json::parse(fresh.body)["version"] == nullptr);
  CHECK(json::parse(fresh.body)["names"][0]["effect"] == "gained");
}

TEST_CASE("What cannot be checked is refused") {
  CheckFixture api;
  CHECK(api.Ask("GET", "/api/1/check/web").status == 405);
  CHECK(HeaderOf(api.Ask("GET", "/api/1/check/web"), "Allow") == "POST");
  CHECK(api.Ask("POST", "/api/1/check/web", {}, kV1).status == 400);
  CHECK_THAT(api.Check("/a => /b ;\n/c = /d").body, Catch::Contains("line 2, column 5"));
  CHECK(api.Check(kV1, "?path=x").status == 400);
  CHECK(api.Ask("POST", "/api/1/check", {}, kV1).status == 404);
}

TEST_CASE("The names in use, with their followers") {
  CheckFixture api;
  const Subscription again = api.in_use.Follow("web", Path{"svc", "users"}, Dtab());
  const Subscription own = api.in_use.Follow("web", Path{"svc", "users"}, *Dtab::Parse("/svc => /own"));
  CHECK(
      api.Ask("GET", "/api/1/names/web").body ==
      R"([{"path":"/svc/users","dtab":"","followers":2},{"path":"/svc/users","dtab":"/svc=>/own","followers":1}])"
      "\n");
  CHECK(api.Ask("GET", "/api/1/names/other").body == "[]\n");
  CHECK(api.Ask("PUT", "/api/1/names/web").status == 405);
}

TEST_CASE("A name that is followed by HTTP is in use for as long") {
  CheckFixture api;
  const auto bound = api.Open("GET", "/api/1/bind/web?path=/svc/a&watch=true");
  const auto resolved = api.Open("GET", "/api/1/resolve/web?path=/svc/b&dtab=/svc=>/own&watch=true");
  const auto once = api.Open("GET", "/api/1/bind/web?path=/svc/c");
  CHECK(api.in_use.Of("web").size() == 3);  // with the fixture's own
  CHECK_THAT(api.Ask("GET", "/api/1/names/web").body,
             Catch::Contains(R"({"path":"/svc/a","dtab":"","followers":1})") &&
                 Catch::Contains(R"({"path":"/svc/b","dtab":"/svc=>/own","followers":1})"));
  bound->on_closed();
  resolved->on_closed();
  api.loop.RunReady();
  CHECK(api.in_use.Of("web").size() == 1);
}

TEST_CASE("A checked write that hurts nobody is done") {
  CheckFixture api;
  const HttpResponse done = api.Put("web?check=true&message=v2", kV2);
  CHECK(done.status == 204);
  CHECK(HeaderOf(done, "Heddle-Version") == "AAAAAAAAAAI=");
  CHECK(api.Stored() == "/svc=>/$/inet/127.1/1002\n");
  CHECK(json::parse(api.Ask("GET", "/api/1/dtabs/web/history").body)[0]["message"] == "v2");
}

TEST_CASE(
    "A checked write that would leave a name in use without a service is refused, and nothing is stored") {
  CheckFixture api;
  const HttpResponse text = api.Put("web?check=true", kLost);
  CHECK(text.status == 422);
  CHECK(text.body ==
        "nothing was stored: names in use that are served now would not be:\n"
        "/svc/users: no rule and no namer has /svc/users\n"
        "POST the dtab to /api/1/check/web to see the whole report\n");
  const HttpResponse as_json = api.Put("web?check=true", kLost, {{"Accept", "application/json"}});
  CHECK(as_json.status == 422);
  CHECK(json::parse(as_json.body)["names"][0]["effect"] == "lost");
  CHECK(HeaderOf(api.Ask("GET", "/api/1/dtabs/web"), "ETag") == "AAAAAAAAAAE=");
  CHECK(api.Put("web", kLost).status == 204);  // unchecked
}

TEST_CASE("A checked write expects what it says, and what was checked") {
  CheckFixture api;
  CHECK(api.Put("web?check=true", kV2, {{"If-Match", "AAAAAAAAAAI="}}).status == 412);
  CHECK(api.Put("web?check=true", kV2, {{"If-Match", "AAAAAAAAAAE="}}).status == 204);
  CHECK(api.Put("none?check=true", kV2, {{"If-Match", "*"}}).status == 404);
  CHECK(api.Put("none?check=true", kV2).status == 204);
  CHECK(api.Ask("POST", "/api/1/dtabs/web?check=true", {{"Content-Type", "application/dtab"}}, kV1).status ==
        409);
}

TEST_CASE("A write that comes between check and write is checked against, too") {
  CheckFixture api;
  REQUIRE(api.Put("web", std::string(kV1) + " ; /slow => /disco").status == 204);
  const Subscription slow = api.in_use.Follow("web", Path{"slow", "x"}, Dtab());
  // The check waits for a name; meanwhile another write makes /svc/users lead to what this one takes away.
  const auto writer = api.Open("PUT", "/api/1/dtabs/web?check=true", {{"Content-Type", "application/dtab"}},
                               std::string(kV2) + " ; /slow => /disco");
  CHECK_FALSE(writer->response.has_value());
  REQUIRE(api.Put("web", "/svc => /$/inet/127.1/7 ; /slow => /$/inet/127.1/8").status == 204);
  api.disco->SetNeg();
  while (!writer->response.has_value()) api.loop.RunReady();
  REQUIRE(writer->response.has_value());
  CHECK(writer->response->status == 422);  // of the second check: /slow/x is served now
  CHECK(api.Stored() == "/svc=>/$/inet/127.1/7;/slow=>/$/inet/127.1/8\n");
}

TEST_CASE("A checked write is refused while it is not known whom it would hurt") {
  CheckFixture api;
  const auto writer = api.Open("PUT", "/api/1/dtabs/web?check=true", {{"Content-Type", "application/dtab"}},
                               "/svc => /disco");
  api.clock.Advance(Checker::kLimit);
  api.loop.RunReady();
  REQUIRE(writer->response.has_value());
  CHECK(writer->response->status == 503);
  CHECK_THAT(writer->response->body,
             Catch::Contains("nothing was stored: of 1 names in use it is not known"));
}

TEST_CASE("A check that waits ends with namerd") {
  CheckFixture api;
  const auto check =
      api.Open("POST", "/api/1/check/web", {{"Content-Type", "application/dtab"}}, "/svc => /disco");
  const auto write = api.Open("PUT", "/api/1/dtabs/web?check=true", {{"Content-Type", "application/dtab"}},
                              "/svc => /disco");
  api.api->Stop();
  CHECK(check->response->status == 503);
  api.api.reset();
  api.disco->SetNeg();
  api.loop.RunReady();
  CHECK_FALSE(write->response.has_value());  // its connection ends with the server
}

TEST_CASE("delegate tells shares and reasons where they are asked for") {
  CheckFixture api;
  const std::string plain = api.Ask("GET", "/api/1/delegate/web?path=/svc/users").body;
  CHECK(plain.find("\"share\"") == std::string::npos);
  CHECK(api.Ask("GET", "/api/1/delegate/web?path=/svc/users&detail=plain").body == plain);
  CHECK(json::parse(api.Ask("GET", "/api/1/delegate/web?path=/svc/users&detail=full").body)["share"] == 1.0);
  CHECK(api.Ask("GET", "/api/1/delegate/web?path=/svc/users&detail=all").status == 400);
}

}  // namespace
}  // namespace heddle::namerd
