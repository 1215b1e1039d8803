#include "namerd/shift/plan.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/dtab/name_tree.h"

namespace heddle::namerd {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

ShiftPlan GoodPlan() {
  ShiftPlan plan;
  plan.ns = "internal";
  plan.prefix = "/host/world";
  plan.from = "/srv/world-v1";
  plan.to = "/srv/world-v2";
  plan.steps = {{10, false}, {50, true}, {100, false}};
  return plan;
}

TEST_CASE("A plan that is right is accepted, without what may be left out, too") {
  ShiftPlan plan = GoodPlan();
  CHECK(CheckPlan(plan).ok());
  plan.from = "";
  plan.steps = {{0.0001, false}, {99.9999, true}};
  plan.gates = {0.99, 1.0, Millis(250), 1.5, 50};
  plan.dwell = Millis(0);
  plan.deadline = std::chrono::hours(1);
  CHECK(CheckPlan(plan).ok());
  plan.prefix = "/host/*";
  plan.to = "0.5 * /srv/a & 0.5 * /srv/b | !";
  plan.from = "/srv/b & /srv/c";
  CHECK(CheckPlan(plan).ok());
  plan.to = "/srv/c";
  plan.gates = {};
  CHECK(CheckPlan(plan).ok());
}

TEST_CASE("A plan that is wrong is refused with the field and what it may be") {
  struct Case {
    const char* expected;
    std::function<void(ShiftPlan&)> spoil;
  };
  const Case cases[] = {
      {"namespace is missing", [](auto& p) { p.ns = ""; }},
      {"`prefix` is missing", [](auto& p) { p.prefix = ""; }},
      {"`prefix`: line 1, column 1", [](auto& p) { p.prefix = "host"; }},
      {"`prefix`: line 1", [](auto& p) { p.prefix = "/host => /srv"; }},
      {"too long together", [](auto& p) { p.prefix = "/" + std::string(1020, 'a'); }},
      {"`to` is missing", [](auto& p) { p.to = ""; }},
      {"`to`: line 1, column 1", [](auto& p) { p.to = "srv"; }},
      {"`to` is !, which leads nowhere", [](auto& p) { p.to = "!"; }},
      {"`from` is ~ | $, which leads nowhere", [](auto& p) { p.from = "~ | $"; }},
      {"`from`: line 1", [](auto& p) { p.from = "/a ; /b => /c"; }},
      {"`from` and `to` are both /srv/world-v2", [](auto& p) { p.from = " (/srv/world-v2) # same"; }},
      {"`from`, 90.00*/a & 10.00*/b, leads to all of `to`, /b: gates could not tell them apart",
       [](auto& p) {
         p.from = "90 * /a & 10 * /b";
         p.to = "/b";
         p.gates.min_requests = 1;
       }},
      {"`to` has 5000 bytes", [](auto& p) { p.to = "/" + std::string(4999, 'a'); }},
      {"steps is empty", [](auto& p) { p.steps.clear(); }},
      {"steps has 101 of them",
       [](auto& p) {
         p.steps.resize(101, {1, false});
       }},
      {"steps has 0:", [](auto& p) { p.steps[0].percent = 0; }},
      {"steps has -1:", [](auto& p) { p.steps[0].percent = -1; }},
      {"steps has 100.5:", [](auto& p) { p.steps[2].percent = 100.5; }},
      {"steps has nan:", [](auto& p) { p.steps[0].percent = kNaN; }},
      {"steps has 1e-05:", [](auto& p) { p.steps[0].percent = 0.00001; }},
      {"steps has 33.3333:", [](auto& p) { p.steps[0].percent = 100.0 / 3; }},
      {"steps has 10 after 10", [](auto& p) { p.steps[1].percent = 10; }},
      {"gates.minSuccessRate is 99: it may be 0 to 1", [](auto& p) { p.gates.min_success_rate = 99; }},
      {"gates.minSuccessRate is nan", [](auto& p) { p.gates.min_success_rate = kNaN; }},
      {"gates.minRelativeSuccessRate is -1", [](auto& p) { p.gates.min_relative_success_rate = -1; }},
      {"gates.maxP99 is -1 ms", [](auto& p) { p.gates.max_p99 = Millis(-1); }},
      {"gates.maxP99 is 0 ms", [](auto& p) { p.gates.max_p99 = Millis(0); }},
      {"gates.maxRelativeP99 is 0", [](auto& p) { p.gates.max_relative_p99 = 0; }},
      {"gates.maxRelativeP99 is inf", [](auto& p) { p.gates.max_relative_p99 = HUGE_VAL; }},
      {"dwell is -1 ms", [](auto& p) { p.dwell = Millis(-1); }},
      {"deadline is ", [](auto& p) { p.deadline = Millis::max(); }},
      {"convergence is ", [](auto& p) { p.convergence = Millis::min(); }},
  };
  for (const Case& c : cases) {
    ShiftPlan plan = GoodPlan();
    c.spoil(plan);
    const absl::Status status = CheckPlan(plan);
    INFO(c.expected << " in " << status);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(status.message(), c.expected));
  }
}

TEST_CASE("The rule of each step") {
  ShiftPlan plan = GoodPlan();
  CHECK(DestinationAt(plan, 0) == "90 * /srv/world-v1 & 10 * /srv/world-v2");
  CHECK(DestinationAt(plan, 1) == "50 * /srv/world-v1 & 50 * /srv/world-v2");
  CHECK(DestinationAt(plan, 2) == "/srv/world-v2 | /srv/world-v1");
  plan.from = "/a | # first\n /b # last";
  plan.to = "0.5 * /c & .5*/d";
  plan.steps = {{0.1, false}, {12.5, false}, {95.65, false}, {99.9999, false}, {100, false}};
  CHECK(DestinationAt(plan, 0) == "99.9 * (/a | /b) & 0.1 * (0.50*/c & 0.50*/d)");
  CHECK(DestinationAt(plan, 1) == "87.5 * (/a | /b) & 12.5 * (0.50*/c & 0.50*/d)");
  CHECK(DestinationAt(plan, 2) == "4.35 * (/a | /b) & 95.65 * (0.50*/c & 0.50*/d)");
  CHECK(DestinationAt(plan, 3) == "0.0001 * (/a | /b) & 99.9999 * (0.50*/c & 0.50*/d)");
  CHECK(DestinationAt(plan, 4) == "(0.50*/c & 0.50*/d) | (/a | /b)");
}

TEST_CASE("The weights of every step are what it says, of both sides whole") {
  ShiftPlan plan = GoodPlan();
  plan.from = "/a & /b";
  for (int units = 1; units < 1'000'000; units += 997) {
    plan.steps = {{units / 1e4, false}};
    REQUIRE(CheckPlan(plan).ok());
    const auto tree = ParseNameTree(DestinationAt(plan, 0));
    REQUIRE(tree.ok());
    REQUIRE(tree->members().size() == 2);
    CHECK(tree->members()[0].weight + tree->members()[1].weight == Approx(100).epsilon(1e-12));
    CHECK(tree->members()[1].weight == Approx(units / 1e4).epsilon(1e-12));
    CHECK(tree->members()[0].tree == *ParseNameTree(plan.from));
  }
}

}  // namespace
}  // namespace heddle::namerd
