// Shifts as documents and as the API shows them.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "namerd/shift/shift.h"

namespace heddle::namerd {
namespace {

constexpr int64_t kNoon = 1'767'268'800'000;  // 2026-01-01T12:00:00Z

SideSummary Side(uint64_t requests, uint64_t successes) {
  SideSummary side;
  side.requests = requests;
  side.successes = successes;
  if (successes < requests) side.failures = {{"io.Error", requests - successes}};
  side.p50_ms = 1.5;
  side.p95_ms = 20;
  side.p99_ms = 100.25;
  return side;
}

Shift Example() {
  Shift shift;
  shift.plan.ns = "internal";
  shift.plan.prefix = "/host/world";
  shift.plan.from = "/srv/v1";
  shift.plan.to = "/srv/v2";
  shift.plan.steps = {{10, true}, {100, false}};
  shift.plan.gates.min_success_rate = 0.99;
  shift.original = "/srv/v1  # the old one\n | !";
  shift.author = "ci";
  shift.message = "release \xe2\x9c\x93";
  shift.started_ms = kNoon;
  shift.id = 3;
  shift.driver = "namerd-1";
  shift.lease_ms = kNoon + 10'000;
  shift.baseline = ShiftTraffic{Side(900, 900), Side(100, 99)};
  shift.transitions.push_back({kNoon, ShiftPhase::kWriting, 0, "started by ci", "90 * /srv/v1 & 10 * /srv/v2",
                               0, std::nullopt, std::nullopt});
  shift.transitions.push_back(
      {kNoon + 5, ShiftPhase::kConverging, 0, "written", "", 7, std::nullopt, std::nullopt});
  shift.transitions.push_back({kNoon + 30, ShiftPhase::kDwelling, 0, "live", "", 0,
                               Convergence{3, 2, {"p3"}, {"p4"}, Millis(25)}, std::nullopt});
  shift.transitions.push_back({kNoon + 30'030, ShiftPhase::kWaiting, 0, "gates passed", "", 0, std::nullopt,
                               ShiftTraffic{Side(900, 900), Side(100, 99)}});
  return shift;
}

bool Same(const Shift& a, const Shift& b) { return ShiftToJson(a, true) == ShiftToJson(b, true); }

TEST_CASE("The shape that the API shows") {
  Shift shift = Example();
  shift.transitions.resize(1, shift.transitions[0]);
  shift.baseline.reset();
  shift.version = 4;
  shift.now_traffic = ShiftTraffic{{}, Side(4, 3)};
  shift.now_convergence = Convergence{3, 3, {}, {}, Millis(12)};
  shift.dwell_ends_ms = kNoon + 30'000;
  const std::string plan =
      R"({"prefix":"/host/world","from":"/srv/v1","to":"/srv/v2","steps":[{"percent":10,"manual":true},)"
      R"({"percent":100,"manual":false}],"dwellMs":30000,"gates":{"minSuccessRate":0.99},"deadlineMs":0,)"
      R"("convergenceMs":30000,"onFailure":"revert","abortOnDisconnect":false})";
  CHECK(
      ShiftToJson(shift, true) ==
      absl::StrCat(
          R"({"namespace":"internal","prefix":"/host/world","id":3,"version":"AAAAAAAAAAQ=","phase":"writing",)"
          R"("over":false,"step":0,"steps":2,"percent":10,"rule":"90 * /srv/v1 & 10 * /srv/v2",)"
          R"("original":"/srv/v1  # the old one\n | !","revertingTo":null,"reason":"started by ci",)"
          R"("author":"ci","message":"release )",
          "\xe2\x9c\x93",
          R"(","started":"2026-01-01T12:00:00.000Z","since":"2026-01-01T12:00:00.000Z",)"
          R"("dwellEnds":"2026-01-01T12:00:30.000Z","plan":)",
          plan,
          R"(,"traffic":{"from":{"requests":0,"successes":0,"successRate":1.0,"failures":{},"p50Ms":0.0,)"
          R"("p95Ms":0.0,"p99Ms":0.0},"to":{"requests":4,"successes":3,"successRate":0.75,)"
          R"("failures":{"io.Error":1},"p50Ms":1.5,"p95Ms":20.0,"p99Ms":100.25}},)"
          R"("convergence":{"following":3,"applied":3,"behind":[],"gone":[],"tookMs":12},)"
          R"("transitions":[{"time":"2026-01-01T12:00:00.000Z","phase":"writing","step":0,"percent":10,)"
          R"("reason":"started by ci","destination":"90 * /srv/v1 & 10 * /srv/v2"}],)"
          R"("transitionsDropped":false,"driver":"namerd-1","leaseMs":1767268810000,"baseline":null})"));
  const std::string stored = ShiftToJson(shift, false);
  for (const char* live : {"\"version\"", "\"dwellEnds\"", "\"traffic\"", "\"convergence\""}) {
    CHECK_FALSE(absl::StrContains(stored, live));
  }
}

TEST_CASE("What is stored is read back, all of it") {
  for (const auto reverting : {std::optional<ShiftPhase>(), std::optional(ShiftPhase::kExpired)}) {
    Shift shift = Example();
    shift.reverting_to = reverting;
    shift.transitions_dropped = reverting.has_value();
    const auto again = ShiftFromJson(ShiftToJson(shift, false));
    REQUIRE(again.ok());
    CHECK(Same(*again, shift));
    CHECK(again->plan == shift.plan);
    CHECK(again->original == shift.original);
    CHECK(again->baseline == shift.baseline);
    CHECK(again->transitions[3].traffic == shift.transitions[3].traffic);
    CHECK(again->transitions[2].convergence->behind == std::vector<std::string>{"p3"});
    CHECK(again->transitions[2].convergence->gone == std::vector<std::string>{"p4"});
    CHECK(again->transitions[1].dtab_version == 7);
  }
  // The API's form is more than what is stored, and of a later version there may be more still.
  Shift shift = Example();
  shift.now_traffic = ShiftTraffic{};
  const auto live = ShiftFromJson(
      absl::StrReplaceAll(ShiftToJson(shift, true), {{"{\"namespace\"", "{\"new\":[],\"namespace\""}}));
  REQUIRE(live.ok());
  CHECK(Same(*live, Example()));
}

TEST_CASE("Of proxies that are behind, some are named, and that they are is kept") {
  Shift shift = Example();
  shift.transitions[2].convergence->behind.assign(5000, "a proxy");
  const auto again = ShiftFromJson(ShiftToJson(shift, false));
  REQUIRE(again.ok());
  CHECK(again->transitions[2].convergence->behind.size() == kMaxNamed);
  CHECK_FALSE(again->transitions[2].convergence->complete());
}

TEST_CASE("Where the rule stands, phase by phase") {
  Shift shift = Example();
  const auto now = [&](ShiftPhase phase, size_t step) {
    shift.transitions.push_back({kNoon, phase, step, "", "", 0, std::nullopt, std::nullopt});
    const std::string json = ShiftToJson(shift, true);
    const size_t at = json.find("\"percent\":");
    return absl::StrCat(json.substr(at + 10, json.find(',', at) - at - 10), ": ", DestinationNow(shift));
  };
  CHECK(now(ShiftPhase::kPaused, 0) == "10: 90 * /srv/v1 & 10 * /srv/v2");
  CHECK(now(ShiftPhase::kWriting, 1) == "100: /srv/v2 | /srv/v1");
  CHECK(now(ShiftPhase::kConverging, 2) == "100: /srv/v2");
  CHECK(now(ShiftPhase::kPromoted, 2) == "100: /srv/v2");
  CHECK(now(ShiftPhase::kReverted, 1) == "0: /srv/v1  # the old one\n | !");
  CHECK(now(ShiftPhase::kConflicted, 1) == "100: /srv/v2 | /srv/v1");
  shift.reverting_to = ShiftPhase::kAborted;
  CHECK(now(ShiftPhase::kWriting, 1) == "0: /srv/v1  # the old one\n | !");
}

TEST_CASE("A document that is none is told as lost data, with what is wrong") {
  const std::string whole = ShiftToJson(Example(), false);
  struct Case {
    const char* what;
    const char* other;
    const char* expected;
  };
  const Case cases[] = {
      {"\"/srv/v2\"", "7", "\"plan.to\" is 7"},
      {"\"from\":\"/srv/v1\"", "\"from\":\"\"", "\"plan.from\" is missing"},
      {"\"from\":\"/srv/v1\"", "\"from\":\"/srv/v2\"", "there is nothing to shift"},
      {"\"steps\":[", "\"steps\":[0,", "steps has 0"},
      {"\"internal\"", "null", "the namespace is missing"},
      {"\"plan\"", "\"plan2\"", "\"plan\" is missing"},
      {"\"original\"", "\"copy\"", "\"original\" is missing"},
      {"2026-01-01T12:00:00.000Z", "yesterday", "\"started\" is no time"},
      {"2026-01-01T12:00:00.000Z", "infinite-future", "\"started\" is out of range"},
      {"2026-01-01T12:00:00.000Z", "-2026-01-01T12:00:00.000Z", "\"started\" is out of range"},
      {"\"revertingTo\":null", "\"revertingTo\":\"promoted\"", "\"revertingTo\" is no phase"},
      {"\"dwelling\"", "\"dancing\"", "\"transitions[2].phase\" is no phase"},
      {"\"phase\":\"dwelling\",\"step\":0", "\"phase\":\"dwelling\",\"step\":3",
       "\"transitions[2].step\" is out of range"},
      {"\"behind\":[\"p3\"]", "\"behind\":\"p3\"", "\"transitions[2].convergence.behind\" is no list"},
      {"\"behind\":[\"p3\"]", "\"behind\":[3]", "\"transitions[2].convergence.behind\" is no list"},
      {"\"io.Error\":1", "\"io.Error\":-1", "failures.io.Error\" is -1"},
      {"\"leaseMs\":", "\"leaseMs\":1e300,\"was\":", "\"leaseMs\" is 1e+300"},
      {"\"transitions\":[", "\"transitions\":[],\"was\":[", "\"transitions\" is missing"},
      {"\"transitions\":[", "\"transitions\":[1,", "\"transitions[0]\" is a JSON number"},
  };
  for (const Case& c : cases) {
    const std::string spoilt = absl::StrReplaceAll(whole, {{c.what, c.other}});
    REQUIRE(spoilt != whole);
    const auto shift = ShiftFromJson(spoilt);
    INFO(c.expected << " in " << shift.status());
    CHECK(shift.status().code() == absl::StatusCode::kDataLoss);
    CHECK(absl::StrContains(shift.status().message(), c.expected));
  }
  for (size_t length = 0; length < whole.size(); ++length) {
    CHECK_FALSE(ShiftFromJson(absl::string_view(whole).substr(0, length)).ok());
  }
}

TEST_CASE("Bytes that are no UTF-8 do not spoil a document") {
  Shift shift = Example();
  shift.message = "\xff";
  shift.transitions[0].reason = "\x80\xff";
  CHECK(ShiftFromJson(ShiftToJson(shift, false)).ok());
}

TEST_CASE("Phases have names") {
  for (int i = 0; i <= static_cast<int>(ShiftPhase::kConflicted); ++i) {
    const auto phase = static_cast<ShiftPhase>(i);
    CHECK(PhaseOf(PhaseName(phase)) == phase);
    CHECK(IsOver(phase) == (i >= static_cast<int>(ShiftPhase::kPromoted)));
  }
  CHECK_FALSE(PhaseOf("Writing").has_value());
  CHECK_FALSE(PhaseOf("").has_value());
}

TEST_CASE("A rule has one key however its prefix is spelt, and no two rules have the same") {
  CHECK(ShiftKey("internal", "/host/world") == "internal /host/world");
  CHECK(ShiftKey("internal", " /h\\x6fst/world # x") == "internal /host/world");
  CHECK(ShiftKey("a", "/b") != ShiftKey("a /b", "/"));
  CHECK(ShiftKey("internal", "/host/*") == "internal /host/*");
  CHECK(ShiftKey("internal", "host").empty());
}

TEST_CASE("A summary: quantiles in milliseconds, the commonest failures by name") {
  TrafficCounts counts;
  CHECK(Summarize(counts) == SideSummary());
  counts.requests = 100;
  counts.successes = 30;
  for (uint64_t i = 0; i < 20; ++i) counts.failures[absl::StrCat("kind", i)] = i + 1;
  counts.latency.AddBucket(BucketIndex(2000), 90);
  counts.latency.AddBucket(BucketIndex(500'000), 10);
  const SideSummary summary = Summarize(counts);
  CHECK(summary.requests == 100);
  CHECK(summary.SuccessRate() == 0.3);
  CHECK(summary.p50_ms == Approx(2).epsilon(0.02));
  CHECK(summary.p95_ms == Approx(500).epsilon(0.02));
  CHECK(summary.p99_ms == Approx(500).epsilon(0.02));
  REQUIRE(summary.failures.size() == SideSummary::kMaxKinds + 1);
  CHECK(summary.failures.at("kind19") == 20);
  CHECK(summary.failures.at("kind4") == 5);
  CHECK(summary.failures.at("others") == 1 + 2 + 3 + 4);
}

}  // namespace
}  // namespace heddle::namerd
