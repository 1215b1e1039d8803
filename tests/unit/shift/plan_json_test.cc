// Plans as JSON: what people and pipelines send.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/base/random.h"
#include "namerd/shift/shift.h"

namespace heddle::namerd {
namespace {

constexpr char kWhole[] = R"({"prefix": "/host/world", "from": "/srv/world-v1", "to": "/srv/world-v2",
  "steps": [10, {"percent": 50, "manual": true}, 100.0], "dwell": "30s",
  "gates": {"minSuccessRate": 0.99, "minRelativeSuccessRate": 1, "maxP99": "250ms", "maxRelativeP99": 1.5,
            "minRequests": 50},
  "deadline": "1h", "convergenceMs": 5000, "onFailure": "pause", "abortOnDisconnect": true})";

TEST_CASE("A whole body, and one with what it must have") {
  const auto plan = PlanFromJson(kWhole);
  REQUIRE(plan.ok());
  ShiftPlan expected;
  expected.prefix = "/host/world";
  expected.from = "/srv/world-v1";
  expected.to = "/srv/world-v2";
  expected.steps = {{10, false}, {50, true}, {100, false}};
  expected.dwell = Millis(30'000);
  expected.gates = {0.99, 1.0, Millis(250), 1.5, 50};
  expected.deadline = std::chrono::hours(1);
  expected.convergence = Millis(5000);
  expected.on_failure = OnFailure::kPause;
  expected.abort_on_disconnect = true;
  CHECK(*plan == expected);

  const auto brief = PlanFromJson(R"({"prefix": "/h\\x6fst/world ", "to": "/b", "steps": [100]})");
  REQUIRE(brief.ok());
  expected = ShiftPlan();
  expected.prefix = "/host/world";
  expected.to = "/b";
  expected.steps = {{100, false}};
  CHECK(*brief == expected);
  CHECK(PlanFromJson(R"({"prefix": "/a", "to": "/b", "steps": [], "from": null, "gates": null})").ok());
}

TEST_CASE("What is written is what is read") {
  CHECK(PlanToJson(*PlanFromJson(kWhole)) ==
        R"({"prefix":"/host/world","from":"/srv/world-v1","to":"/srv/world-v2","steps":[{"percent":10,)"
        R"("manual":false},{"percent":50,"manual":true},{"percent":100,"manual":false}],"dwellMs":30000,)"
        R"("gates":{"minSuccessRate":0.99,"minRelativeSuccessRate":1,"maxP99Ms":250,"maxRelativeP99":1.5,)"
        R"("minRequests":50},"deadlineMs":3600000,"convergenceMs":5000,"onFailure":"pause",)"
        R"("abortOnDisconnect":true})");
  Random random(5);
  for (int i = 0; i < 300; ++i) {
    ShiftPlan plan;
    plan.prefix = random.Below(2) == 0 ? "/host/*" : "/host/\\x20";
    plan.from = random.Below(2) == 0 ? "" : "0.1 * /a & 0.9 * /b # \xc3\xa9";
    plan.to = "/\"quoted\"";
    for (uint32_t step = random.Below(5); step > 0; --step) {
      plan.steps.push_back({random.Unit() * 100, random.Below(2) == 0});
    }
    if (random.Below(2) == 0) plan.gates.min_success_rate = random.Unit();
    if (random.Below(2) == 0) plan.gates.min_relative_success_rate = random.Unit();
    if (random.Below(2) == 0) plan.gates.max_p99 = Millis(random.Below(100'000));
    if (random.Below(2) == 0) plan.gates.max_relative_p99 = random.Unit() * 10;
    if (random.Below(2) == 0) plan.gates.min_requests = random.Next();
    plan.dwell = Millis(random.Next() >> 1);
    plan.deadline = Millis(random.Below(1000));
    plan.convergence = Millis(random.Below(1000));
    plan.on_failure = random.Below(2) == 0 ? OnFailure::kPause : OnFailure::kRevert;
    plan.abort_on_disconnect = random.Below(2) == 0;
    const auto again = PlanFromJson(PlanToJson(plan));
    REQUIRE(again.ok());
    CHECK(*again == plan);
  }
}

TEST_CASE("Times with their unit, or in milliseconds") {
  const auto dwell = [](const std::string& member) {
    const auto plan = PlanFromJson(absl::StrCat(R"({"to": "/b", "steps": [1], )", member, "}"));
    return plan.ok() ? absl::StrCat(plan->dwell.count()) : std::string(plan.status().message());
  };
  CHECK(dwell(R"("dwell": "250ms")") == "250");
  CHECK(dwell(R"("dwell": "1h30m")") == "5400000");
  CHECK(dwell(R"("dwell": "1.5s")") == "1500");
  CHECK(dwell(R"("dwell": "0")") == "0");
  CHECK(dwell(R"("dwellMs": 0)") == "0");
  CHECK(dwell(R"("dwellMs": -1)") == "-1");  // CheckPlan refuses it
  const std::string expected = ", expected a time with its unit: \"250ms\", \"30s\", \"5m\", \"1h\"";
  for (const char* bad :
       {"30", "\"30\"", "\"30 s\"", "\"soon\"", "\"inf\"", "\"-inf\"", "\"0.5ms\"", "[1]", "\"1d\""}) {
    CHECK(dwell(absl::StrCat(R"("dwell": )", bad)) == absl::StrCat("\"dwell\" is ", bad, expected));
  }
  CHECK(dwell(R"("dwell": "1s", "dwellMs": 1000)") ==
        "\"dwell\" and \"dwellMs\" are the same: give one of them");
  CHECK(dwell(R"("dwellMs": 1.5)") == "\"dwellMs\" is 1.5, expected a whole number");
  CHECK(dwell(R"("dwellMs": 18446744073709551615)") ==
        "\"dwellMs\" is 18446744073709551615, expected a whole number");
}

TEST_CASE("What is wrong is told with its place and what it may be") {
  struct Case {
    const char* json;
    const char* expected;
  };
  const Case cases[] = {
      {"", "a plan is {\"prefix\": \"/host/world\", \"to\": \"/srv/world-v2\", \"steps\": [10, 100]}: "},
      {"[]", "it is a JSON array, expected an object"},
      {"{}", "\"steps\" is missing: the percentages, such as [10, 50, 100]"},
      {R"({"step": [1]})", "unknown key \"step\"; did you mean \"steps\"?"},
      {R"({"steps": [1], "Dwell": "1s"})", "unknown key \"Dwell\"; did you mean \"dwell\"?"},
      {R"({"steps": [1], "xyzzy": 1})", "unknown key \"xyzzy\""},
      {R"({"steps": [1], "gates": {"minSucessRate": 1}})",
       "unknown key \"minSucessRate\" in \"gates\"; did you mean \"minSuccessRate\"?"},
      {R"({"steps": [1, {"percent": 2, "manuel": true}]})",
       "unknown key \"manuel\" in \"steps[1]\"; did you mean \"manual\"?"},
      {R"({"steps": [{"manual": true}]})", "\"steps[0].percent\" is missing"},
      {R"({"steps": [{"percent": "10"}]})", "\"steps[0].percent\" is a JSON string, expected a number"},
      {R"({"steps": [{"percent": 1, "manual": 1}]})", "\"steps[0].manual\" is 1, expected true or false"},
      {R"({"steps": ["10"]})", "\"steps[0]\" is a JSON string, expected a percentage or"},
      {R"({"steps": 10})", "\"steps\" is a JSON number, expected an array"},
      {R"({"steps": [1], "prefix": ["/a"]})", "\"prefix\" is a JSON array, expected a string"},
      {R"({"steps": [1], "gates": []})", "\"gates\" is a JSON array, expected an object"},
      {R"({"steps": [1], "gates": {"minSuccessRate": "99%"}})",
       "\"gates.minSuccessRate\" is a JSON string, expected a number"},
      {R"({"steps": [1], "gates": {"maxP99": 250}})", "\"gates.maxP99\" is 250, expected a time"},
      {R"({"steps": [1], "gates": {"minRequests": -5}})",
       "\"gates.minRequests\" is -5, expected a whole number, 0 or more"},
      {R"({"steps": [1], "gates": {"minRequests": 1e3}})", "\"gates.minRequests\" is 1000.0, expected"},
      {R"({"steps": [1e999]})", "number overflow"},
      {R"({"steps": [1], "onFailure": "explode"})", "\"onFailure\" is neither \"revert\" nor \"pause\""},
      {R"({"steps": [1], "abortOnDisconnect": "yes"})", "\"abortOnDisconnect\" is a JSON string"},
      {"{\"steps\": [1], \"\xff\": 1}", "ill-formed UTF-8"},
  };
  for (const Case& c : cases) {
    const auto plan = PlanFromJson(c.json);
    INFO(c.json << ": " << plan.status());
    CHECK(plan.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(plan.status().message(), c.expected));
  }
}

TEST_CASE("What is no JSON is told with its place; of two values of a key neither is taken") {
  const auto refused = [](absl::string_view text) {
    const absl::Status status = PlanFromJson(text).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK(status.message().size() < 600);
    CHECK_FALSE(absl::StrContains(status.message(), "json.exception"));
    return std::string(status.message());
  };
  CHECK_THAT(refused(R"({"prefix": "/a",})"), Catch::Contains("line 1, column 17: "));
  CHECK_THAT(refused(R"({"steps": [1e999]})"), Catch::Contains("number overflow parsing '1e999'"));
  refused(absl::StrCat("{\"", std::string(1'000'000, 'a')));
  for (const char* text :
       {R"({"prefix":"/a","to":"/b","steps":[10],"steps":[100]})",
        R"({"prefix":"/a","to":"/b","steps":[{"percent":1},{"percent":2,"percent":3}]})",
        R"({"prefix":"/a","to":"/b","steps":[1],"gates":{"maxP99":"1s","maxP99":"2s"}})"}) {
    CHECK_THAT(refused(text), Catch::Contains("is there twice"));
  }
  CHECK_THAT(refused(absl::StrCat("{\"", std::string(1'000'000, 'a'), "\":1,\"", std::string(1'000'000, 'a'),
                                  "\":1}")),
             Catch::Contains("is there twice"));
  refused(absl::StrReplaceAll(std::string(100'000, '['), {{"[", "{\"a\":"}}));
}

TEST_CASE("A text that was cut off is refused wherever, one with a value of another kind read or refused") {
  const std::string whole = kWhole;
  for (size_t length = 0; length < whole.size(); ++length) {
    CHECK_FALSE(PlanFromJson(absl::string_view(whole).substr(0, length)).ok());
  }
  const std::string values[] = {
      "null", "{}", "[]", "\"\"", "-1", "1e308", "18446744073709551616", "true", std::string(100'000, '[')};
  for (const char* value : {"\"/host/world\"", "\"/srv/world-v1\"", "10", "50", "true", "\"30s\"", "0.99",
                            "\"250ms\"", "1.5", "5000", "\"pause\""}) {
    for (const std::string& other : values) {
      const auto plan = PlanFromJson(absl::StrReplaceAll(whole, {{value, other}}));
      if (plan.ok()) CHECK(PlanFromJson(PlanToJson(*plan)).ok());
    }
  }
}

}  // namespace
}  // namespace heddle::namerd
