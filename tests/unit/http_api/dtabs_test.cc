// What the API has beyond Namerd 1.x: history, versions, who and why, and refusals that help.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "namerd/http_api/routes.h"
#include "tests/unit/http_api/api_fixture.h"

namespace heddle::namerd {
namespace {

using nlohmann::json;

TEST_CASE("The history tells who wrote what, when and why, in the writer's own words") {
  ApiFixture api;
  REQUIRE(api.Put("web", "# mine\n/a => /b ;\n", {{"Heddle-Author", "ann"}, {"Heddle-Message", "first"}})
              .status == 204);
  REQUIRE(api.Put("web?author=ci&message=10%25%20to%20v2", "/a => /c").status == 204);
  REQUIRE(api.Ask("DELETE", "/api/1/dtabs/web").status == 204);

  const HttpResponse response = api.Ask("GET", "/api/1/dtabs/web/history");
  REQUIRE(response.status == 200);
  CHECK(HeaderOf(response, "Content-Type") == "application/json");
  const json history = json::parse(response.body);
  REQUIRE(history.size() == 3);
  CHECK(history[0]["deleted"] == true);
  CHECK(history[0]["version"] == "AAAAAAAAAAM=");
  CHECK(history[1]["author"] == "ci");
  CHECK(history[1]["message"] == "10% to v2");
  CHECK(history[2] == json({{"version", "AAAAAAAAAAE="},
                            {"number", 1},
                            {"revision", 1},
                            {"time", "2023-11-14T22:13:21.000Z"},
                            {"author", "ann"},
                            {"message", "first"},
                            {"from", "10.0.0.1:5"},
                            {"deleted", false},
                            {"dtab", "# mine\n/a => /b ;\n"}}));
}

TEST_CASE("The history comes in pages") {
  ApiFixture api;
  for (int i = 0; i < 5; ++i) REQUIRE(api.Put("web", "/a => /b").status == 204);
  const auto numbers = [&](const std::string& query) {
    std::vector<int> out;
    for (const json& entry : json::parse(api.Ask("GET", "/api/1/dtabs/web/history?" + query).body)) {
      out.push_back(entry["number"]);
    }
    return out;
  };
  CHECK(numbers("limit=2") == std::vector<int>{5, 4});
  CHECK(numbers("limit=2&before=AAAAAAAAAAQ%3D") == std::vector<int>{3, 2});
  CHECK(numbers("limit=2&before=2") == std::vector<int>{1});
  CHECK(numbers("before=1").empty());
  for (const char* query :
       {"limit=0", "limit=1001", "limit=x", "limit=-1", "before=x", "before=-1", "before="}) {
    INFO(query);
    CHECK(api.Ask("GET", std::string("/api/1/dtabs/web/history?") + query).status == 400);
  }
  CHECK(api.Ask("GET", "/api/1/dtabs/none/history").status == 404);
}

TEST_CASE("A version is read by its ETag or its number") {
  ApiFixture api;
  REQUIRE(api.Put("web", "/a => /b").status == 204);
  REQUIRE(api.Put("web", "/a => /c").status == 204);
  REQUIRE(api.Ask("DELETE", "/api/1/dtabs/web").status == 204);
  for (const char* version : {"1", "AAAAAAAAAAE=", "%22AAAAAAAAAAE=%22"}) {
    INFO(version);
    const HttpResponse first =
        api.Ask("GET", std::string("/api/1/dtabs/web?version=") + version, {{"Accept", "application/dtab"}});
    CHECK(first.status == 200);
    CHECK(first.body == "/a=>/b\n");
    CHECK(HeaderOf(first, "ETag") == "AAAAAAAAAAE=");
  }
  CHECK(api.Ask("GET", "/api/1/dtabs/web?version=3").status == 404);  // the removal
  CHECK(api.Ask("GET", "/api/1/dtabs/web?version=4").status == 404);
  CHECK(api.Ask("GET", "/api/1/dtabs/none?version=1").status == 404);
  CHECK(api.Ask("GET", "/api/1/dtabs/web?version=new").status == 400);
  CHECK(api.Ask("GET", "/api/1/dtabs/web?version=99999999999999999999").status == 400);
}

TEST_CASE("A write tells its version; a refused one tells the present version") {
  ApiFixture api;
  CHECK(HeaderOf(api.Put("web", "/a => /b"), "Heddle-Version") == "AAAAAAAAAAE=");
  CHECK(api.Put("web", "/a => /c", {{"If-Match", "\"AAAAAAAAAAE=\""}}).status == 204);
  const HttpResponse stale = api.Put("web", "/a => /d", {{"If-Match", "AAAAAAAAAAE="}});
  CHECK(stale.status == 412);
  CHECK(HeaderOf(stale, "ETag") == "AAAAAAAAAAI=");
  CHECK_THAT(stale.body, Catch::Contains("at version 2 and no longer at 1"));
  CHECK(api.Ask("DELETE", "/api/1/dtabs/web", {{"If-Match", "AAAAAAAAAAE="}}).status == 412);
  CHECK(api.Ask("DELETE", "/api/1/dtabs/web", {{"If-Match", "AAAAAAAAAAI="}}).status == 204);
  CHECK(api.Put("web", "/a => /b", {{"If-Match", "*"}}).status == 404);
}

TEST_CASE("A dtab that does not parse is refused with the place, and nothing is stored") {
  ApiFixture api;
  const HttpResponse text = api.Put("web", "/a => /b ;\n/c = /d");
  CHECK(text.status == 400);
  CHECK(HeaderOf(text, "Content-Type") == "text/plain");
  CHECK_THAT(text.body, Catch::Contains("line 2, column 5: expected '>' of '=>'"));

  const HttpResponse as_json = api.Put("web", "/a => /b ;\n/c = /d", {{"Accept", "application/json"}});
  CHECK(as_json.status == 400);
  json error = json::parse(as_json.body);
  CHECK(error["line"] == 2);
  CHECK(error["column"] == 5);
  CHECK_THAT(error["expected"].get<std::string>(), Catch::Contains("'>' of '=>'"));
  CHECK_THAT(error["error"].get<std::string>(), Catch::Contains("line 2"));

  CHECK(api.Ask("POST", "/api/1/dtabs/web", {{"Content-Type", "application/json"}},
                "[{\"prefix\":\"/a\",\"dst\":3}]")
            .status == 400);
  CHECK(api.Ask("GET", "/api/1/dtabs/web").status == 404);
  CHECK(api.Ask("GET", "/api/1/dtabs/web/history").status == 404);
}

TEST_CASE("Names and messages have limits") {
  ApiFixture api;
  CHECK(api.Put(std::string(Store::kMaxKeyBytes + 1, 'n'), "/a => /b").status == 400);
  CHECK(
      api.Put("web", "/a => /b", {{"Heddle-Message", std::string(Store::kMaxChangeBytes + 1, 'm')}}).status ==
      400);
  CHECK(api.Ask("GET", "/api/1/dtabs").body == "[]\n");
}

TEST_CASE("Names of any characters are listed as JSON") {
  ApiFixture api;
  REQUIRE(api.Put("%22%5C%0A%C3%A9", "/a => /b").status == 204);
  CHECK(api.Ask("GET", "/api/1/dtabs").body == "[\"\\\"\\\\\\n\xc3\xa9\"]\n");
  CHECK(api.Ask("GET", "/api/1/dtabs/%22%5C%0A%C3%A9").status == 200);
}

TEST_CASE("What is not UTF-8 is not stored, since it could not be shown") {
  ApiFixture api;
  const HttpResponse name = api.Put("web%FF", "/a => /b");
  CHECK(name.status == 400);
  CHECK(name.body == "the name is not UTF-8: the byte 0xff after 3 others; send it as UTF-8\n");
  CHECK(api.Put("web", "/a => /b # \xe9t\xe9").status == 400);
  CHECK(api.Put("web", "/a => /b", {{"Heddle-Message", "\xe9"}}).status == 400);
  CHECK(api.Put("web?author=%E9", "/a => /b").status == 400);
  CHECK(api.Ask("GET", "/api/1/dtabs").body == "[]\n");
}

TEST_CASE("Which namespace a path names is never in doubt") {
  using Kind = Route::Kind;
  struct Case {
    const char* path;
    Kind kind;
    const char* ns;
  };
  for (const Case& c : std::vector<Case>{
           {"/api/1/dtabs", Kind::kDtabs, ""},
           {"/api/1/dtabs/", Kind::kDtabs, ""},
           {"/api/1/dtabs/a", Kind::kDtab, "a"},
           {"/api/1/dtabs/a/b", Kind::kDtab, "a/b"},
           {"/api/1/dtabs/a%2Fb", Kind::kDtab, "a/b"},
           {"/api/1/dtabs/history", Kind::kDtab, "history"},
           {"/api/1/dtabs//history", Kind::kDtab, "/history"},
           {"/api/1/dtabs/a/history", Kind::kHistory, "a"},
           {"/api/1/dtabs/a/b/history", Kind::kHistory, "a/b"},
           {"/api/1/dtabs/a%2Fhistory", Kind::kDtab, "a/history"},
           {"/api/1/dtabs/a%2Fhistory/history", Kind::kHistory, "a/history"},
           {"/api/1/dtabs/a/history/b", Kind::kDtab, "a/history/b"},
           {"/api/1/bind/a/b", Kind::kBind, "a/b"},
           {"/api/1/bind", Kind::kUnknown, ""},
           {"/api/1/delegate", Kind::kDelegate, ""},
           {"/api/1/delegate/a/history", Kind::kDelegate, "a/history"},
           {"/api/1/bound-names", Kind::kBoundNames, ""},
           {"/api/1/bound-names/a", Kind::kUnknown, "a"},
           {"/api/1", Kind::kUnknown, ""},
           {"/api/1/", Kind::kUnknown, ""},
           {"", Kind::kUnknown, ""},
       }) {
    INFO(c.path);
    const Route route = FindRoute(c.path);
    CHECK(route.kind == c.kind);
    CHECK(route.ns == c.ns);
  }
}

TEST_CASE("A write to a path that is a history says how the namespace is written") {
  ApiFixture api;
  const HttpResponse refused = api.Put("a/history", "/a => /b");
  CHECK(refused.status == 405);
  CHECK_THAT(refused.body, Catch::Contains("a%2Fhistory"));
  CHECK(api.Put("a%2Fhistory", "/a => /b").status == 204);
  CHECK(api.Ask("GET", "/api/1/dtabs").body == "[\"a/history\"]\n");
}

}  // namespace
}  // namespace heddle::namerd
