// A shift from its start to its end: the steps, the gates, what people ask for.
#include <catch2/catch.hpp>

#include "tests/unit/shift/shifts_world.h"

namespace heddle::namerd {
namespace {

using Rules = std::vector<std::string>;
const char* const kTenPercent = "90 * /srv/world-v1 & 10 * /srv/world-v2";
const char* const kAllOfIt = "/srv/world-v2 | /srv/world-v1";

TEST_CASE("A good version goes from step to step and becomes the rule") {
  World w;
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  CHECK(w.Path() == "writing 1, converging 1, dwelling 1");
  CHECK(w.Dtab() == World::DtabWith(kTenPercent));
  w.PassUntilOver();
  CHECK(w.Path() ==
        "writing 1, converging 1, dwelling 1, writing 2, converging 2, dwelling 2, writing end, "
        "converging end, promoted end");
  CHECK(w.Dtab() == World::DtabWith("/srv/world-v2"));
  CHECK(w.RulesWritten() == Rules{kTenPercent, kAllOfIt, "/srv/world-v2"});

  const Shift shift = w.shift();
  CHECK(shift.original == "/srv/world-v1");
  CHECK(shift.plan.from == "/srv/world-v1");
  CHECK(shift.author == "ci");
  for (const ShiftTransition& each : shift.transitions) {
    CHECK_FALSE(each.reason.empty());
    if (each.phase == ShiftPhase::kWriting) CHECK_FALSE(each.destination.empty());
    if (each.phase == ShiftPhase::kConverging) CHECK(each.dtab_version > 0);
    if (each.phase == ShiftPhase::kDwelling) CHECK(each.convergence->applied == 1);
  }
  const ShiftTransition& second = shift.transitions[3];
  CHECK(second.traffic->to.requests >= 900);
  CHECK(second.traffic->from.requests >= 900);
  CHECK(shift.baseline.has_value());
}

TEST_CASE("Each write of the dtab says who began the shift, which shift it is and which step") {
  World w;
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  w.PassUntilOver();
  const auto history = w.DtabHistory();
  CHECK(history[1].change.author == "ci");
  CHECK(history[1].change.message == "shift 1 of /host/world: step 1 of 2, 10 % (started by ci: version 2)");
  CHECK_THAT(history[3].change.message, Catch::Contains("the permanent rule"));
}

TEST_CASE("A version that fails beyond doubt is reverted before its dwell is over, byte for byte") {
  World w;
  w.Load(40);
  REQUIRE(w.Start(World::Plan()).ok());
  w.PassUntil(ShiftPhase::kReverted, Millis(5000));
  CHECK(w.Path() == "writing 1, converging 1, dwelling 1, writing back, converging back, reverted back");
  CHECK(w.Dtab() == World::kDtab);
  const ShiftTransition verdict = w.shift().transitions[3];
  CHECK_THAT(verdict.reason, Catch::Contains("success rate") && Catch::Contains("below 0.9"));
  CHECK(verdict.traffic->to.failures.at("status 500") > 0);
  CHECK_THAT(w.reason(), Catch::Contains(verdict.reason + "; the rule before the shift is live"));
}

TEST_CASE("A slow version is reverted at the end of its dwell") {
  World w;
  w.Load(0, 400'000);
  ShiftPlan plan = World::Plan();
  plan.gates.max_p99 = Millis(250);
  REQUIRE(w.Start(plan).ok());
  w.Pass(Millis(9'500));
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  w.Pass(Millis(1'000));
  CHECK(w.shift().phase() == ShiftPhase::kReverted);
  CHECK_THAT(w.shift().transitions[3].reason, Catch::Contains("p99"));
  CHECK(w.Dtab() == World::kDtab);
}

TEST_CASE("What is compared with the old side is compared with its last good dwell once it has no traffic") {
  World w;
  ShiftPlan plan = World::Plan();
  plan.gates = {};
  plan.gates.max_relative_p99 = 2;
  plan.gates.min_requests = 20;
  w.Load(0, 9'000);
  REQUIRE(w.Start(plan).ok());
  w.PassUntil([&] { return w.shift().now().step == 1 && w.shift().phase() == ShiftPhase::kDwelling; });
  w.each_tick = [&] { w.a.Serve("world-v2", 10, 0, 50'000); };
  w.PassUntilOver();
  CHECK(w.shift().phase() == ShiftPhase::kReverted);
}

TEST_CASE("A gate that fails pauses the shift where the plan says so; resume dwells anew") {
  World w;
  w.Load(40);
  ShiftPlan plan = World::Plan();
  plan.on_failure = OnFailure::kPause;
  REQUIRE(w.Start(plan).ok());
  w.PassUntil(ShiftPhase::kPaused);
  CHECK(w.Dtab() == World::DtabWith(kTenPercent));
  w.Pass(std::chrono::minutes(2));
  CHECK(w.shift().phase() == ShiftPhase::kPaused);
  w.Load();
  REQUIRE(w.Act(ShiftAction::kResume).ok());
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  CHECK(w.live(w.a).dwell_ends_ms == w.clock.WallNow() / Millis(1) + 10'000);
  w.PassUntil(ShiftPhase::kPromoted);
}

TEST_CASE("Too few requests are no verdict: the dwell goes on until there are enough, and says so") {
  World w;
  REQUIRE(w.Start(World::Plan()).ok());
  w.Pass(std::chrono::minutes(2));
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  CHECK_THAT(w.live(w.a).now().reason, Catch::Contains("has had 0 of at least 20 requests"));
  w.a.Serve("world-v2", 20, 0);
  w.Pass(Millis(1'100));
  CHECK(w.shift().now().step == 1);
}

TEST_CASE("What a dwell's traffic is can be followed while it lasts") {
  World w;
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  w.Pass(Millis(5'000));
  const Shift live = w.live(w.a);
  REQUIRE(live.now_traffic.has_value());
  CHECK(live.now_traffic->to.requests >= 400);
  CHECK(live.now_traffic->to.p99_ms > 4);
  CHECK(live.now_convergence->applied == 1);
  CHECK(live.dwell_ends_ms > 0);
}

TEST_CASE("At a manual gate it waits for a person, is still judged, and goes back when it turns bad") {
  World w;
  ShiftPlan plan = World::Plan();
  plan.steps[0].manual = true;
  w.Load();
  REQUIRE(w.Start(plan).ok());
  w.PassUntil(ShiftPhase::kWaiting);
  w.Pass(std::chrono::minutes(10));
  CHECK(w.shift().phase() == ShiftPhase::kWaiting);
  SECTION("promoted") {
    REQUIRE(w.Act(ShiftAction::kPromote).ok());
    CHECK(w.shift().now().step == 1);
    w.PassUntil(ShiftPhase::kPromoted);
  }
  SECTION("bad") {
    w.Load(40);
    w.PassUntil(ShiftPhase::kReverted, Millis(12'000));
    CHECK(w.Dtab() == World::kDtab);
  }
}

TEST_CASE("A proxy that does not acknowledge is named, and the shift goes on") {
  World w;
  w.Load();
  w.a.Freeze();
  ShiftPlan plan = World::Plan();
  plan.convergence = Millis(15'000);
  REQUIRE(w.Start(plan).ok());
  w.Pass(Millis(14'000));
  CHECK(w.shift().phase() == ShiftPhase::kConverging);
  CHECK(w.live(w.a).now_convergence->behind == std::vector<std::string>{"proxy-of-a"});
  w.Pass(Millis(1'500));
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  CHECK(w.shift().now().convergence->behind == std::vector<std::string>{"proxy-of-a"});
  CHECK_THAT(w.reason(), Catch::Contains("not on proxy-of-a"));
  w.PassUntil(ShiftPhase::kPromoted);
}

TEST_CASE("A proxy that leaves is not waited for") {
  World w;
  w.Load();
  w.a.Freeze();
  REQUIRE(w.Start(World::Plan()).ok());
  w.Pass(Millis(1'000));
  w.a.Disconnect();
  w.Pass(Millis(1'000));
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  CHECK(w.shift().now().convergence->following == 0);
}

TEST_CASE("Promote cuts a dwell short, promote-full goes straight to the end") {
  World w;
  REQUIRE(w.Start(World::Plan()).ok());
  SECTION("promote") {
    REQUIRE(w.Act(ShiftAction::kPromote).ok());
    CHECK(w.Dtab() == World::DtabWith(kAllOfIt));
    CHECK_THAT(w.shift().transitions[3].reason, Catch::Contains("promoted from 10 % by ann"));
    REQUIRE(w.Act(ShiftAction::kPromote).ok());
  }
  SECTION("promote-full") { REQUIRE(w.Act(ShiftAction::kPromoteFull).ok()); }
  CHECK(w.shift().phase() == ShiftPhase::kPromoted);
  CHECK(w.Dtab() == World::DtabWith("/srv/world-v2"));
}

TEST_CASE("Two shifts of different rules run side by side") {
  const std::string dtab = std::string(World::kDtab) + "/host/moon => /srv/moon-v1 ;\n";
  World w(dtab);
  w.each_tick = [&] { w.a.Serve("world-v2", 10, 0); };
  REQUIRE(w.Start(World::Plan()).ok());
  ShiftPlan moon = World::Plan();
  moon.prefix = "/host/moon";
  moon.to = "/srv/moon-v2";
  moon.gates = {};
  REQUIRE(w.Start(moon).ok());
  w.PassUntilOver();
  w.PassUntil([&] { return IsOver(w.shift("/host/moon").phase()); });
  CHECK(w.shift().phase() == ShiftPhase::kPromoted);
  CHECK(w.shift("/host/moon").phase() == ShiftPhase::kPromoted);
  CHECK(w.Dtab() == World::DtabWith("/srv/world-v2") + "/host/moon => /srv/moon-v2 ;\n");
  CHECK(w.a.shifts->All()->Get().size() == 2);
}

}  // namespace
}  // namespace heddle::namerd
