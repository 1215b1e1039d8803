// What others do to the dtab while a shift runs, and what the store does.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/unit/shift/shifts_world.h"

namespace heddle::namerd {
namespace {

using Rules = std::vector<std::string>;
const char* const kTenPercent = "90 * /srv/world-v1 & 10 * /srv/world-v2";
const char* const kAllOfIt = "/srv/world-v2 | /srv/world-v1";

// A shift that stays in `phase` of its first step.
void StayIn(World& w, ShiftPhase phase) {
  ShiftPlan plan = World::Plan();
  if (phase == ShiftPhase::kWriting) w.store.hold_dtabs = true;
  if (phase == ShiftPhase::kConverging) w.a.Freeze();
  if (phase == ShiftPhase::kWaiting) {
    plan.steps[0].manual = true;
    w.Load();
  }
  REQUIRE(w.Start(plan).ok());
  if (phase == ShiftPhase::kPaused) REQUIRE(w.Act(ShiftAction::kPause).ok());
  w.PassUntil(phase);
}

const std::vector<ShiftPhase> kPhases = {ShiftPhase::kWriting, ShiftPhase::kConverging, ShiftPhase::kDwelling,
                                         ShiftPhase::kWaiting, ShiftPhase::kPaused};

TEST_CASE("Somebody else's change of the rule ends a shift in every phase, and stays as it is") {
  for (const ShiftPhase phase : kPhases) {
    INFO(PhaseName(phase));
    World w;
    StayIn(w, phase);
    w.PutDtab(World::DtabWith("/srv/world-v3"), "bob");
    w.store.Release();
    w.RunReady();
    CHECK(w.shift().phase() == ShiftPhase::kConflicted);
    CHECK_THAT(w.reason(), Catch::Contains("changed by bob") && Catch::Contains("/srv/world-v3"));
    CHECK(w.Dtab() == World::DtabWith("/srv/world-v3"));
  }
}

TEST_CASE("The removal of the rule, or of the whole dtab, ends a shift in every phase") {
  for (const ShiftPhase phase : kPhases) {
    INFO(PhaseName(phase));
    World rule;
    StayIn(rule, phase);
    rule.PutDtab("/svc => /host ; /srv => /#/one", "bob");
    rule.store.Release();
    rule.RunReady();
    CHECK(rule.shift().phase() == ShiftPhase::kConflicted);
    CHECK_THAT(rule.reason(), Catch::Contains("removed"));

    World whole;
    StayIn(whole, phase);
    whole.DeleteDtab();
    whole.store.Release();
    whole.RunReady();
    CHECK(whole.shift().phase() == ShiftPhase::kConflicted);
    CHECK_THAT(whole.reason(), Catch::Contains("removed"));
  }
}

TEST_CASE("What changes while no namerd runs is a conflict, too") {
  World w;
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  w.a.Kill();
  w.PutDtab(World::DtabWith("/srv/world-v3"), "bob");
  w.a.Restart();
  w.RunReady();
  CHECK(w.shift().phase() == ShiftPhase::kConflicted);
}

TEST_CASE("Changes elsewhere in the dtab do not matter, also between a step's reading and its writing") {
  World w;
  w.Load();
  w.store.hold_dtabs = true;
  REQUIRE(w.Start(World::Plan()).ok());
  w.store.hold_dtabs = false;
  w.PutDtab(absl::StrCat(World::kDtab, "/host/moon => /srv/moon ;\n"));
  w.store.Release();  // expects the version before
  w.RunReady();
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  CHECK(w.Dtab() == absl::StrCat(World::DtabWith(kTenPercent), "/host/moon => /srv/moon ;\n"));

  w.PutDtab(absl::StrCat("# new\n", w.Dtab()));
  w.PassUntil(ShiftPhase::kPromoted);
  CHECK(w.Dtab() == absl::StrCat("# new\n", World::DtabWith("/srv/world-v2"), "/host/moon => /srv/moon ;\n"));
}

TEST_CASE("A rule that is only written otherwise is still the shift's") {
  World w;
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  w.PutDtab(World::DtabWith("90*/srv/world-v1&10*/srv/world-v2"));
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  w.PassUntil(ShiftPhase::kPromoted);
}

TEST_CASE("An abort gives the original back byte for byte, whatever was changed around it meanwhile") {
  const std::string odd = "7 * /srv/world-v1   & # most\n 3*/srv/world-v0";
  World w(World::DtabWith(odd));
  REQUIRE(w.Start(World::Plan()).ok());
  CHECK(w.shift().original == odd);
  w.PutDtab(absl::StrCat("# new\n", w.Dtab()));
  REQUIRE(w.Act(ShiftAction::kAbort).ok());
  CHECK(w.shift().phase() == ShiftPhase::kAborted);
  CHECK(w.Dtab() == absl::StrCat("# new\n", World::DtabWith(odd)));
}

TEST_CASE("A shift ends in a conflict also while it goes back") {
  World w;
  w.store.hold_dtabs = true;
  REQUIRE(w.Start(World::Plan()).ok());
  REQUIRE(w.Act(ShiftAction::kAbort).ok());
  w.PutDtab(World::DtabWith("/srv/world-v3"));
  w.store.Release();
  w.RunReady();
  CHECK(w.shift().phase() == ShiftPhase::kConflicted);
  CHECK(w.Dtab() == World::DtabWith("/srv/world-v3"));
}

TEST_CASE("While the disk is full a shift says so, tries again, and loses nothing") {
  World w;
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  SECTION("for its document") {
    w.store.refuse_shifts = absl::ResourceExhaustedError("the disk is full");
    w.Pass(Millis(15'000));
    CHECK(w.shift().phase() == ShiftPhase::kDwelling);
    CHECK(w.shift().now().step == 0);
    CHECK_THAT(w.live(w.a).now().reason,
               Catch::Contains("cannot be stored, tried again in") && Catch::Contains("the disk is full"));
    w.store.refuse_shifts = absl::OkStatus();
  }
  SECTION("for the dtab") {
    w.store.refuse_dtabs = absl::ResourceExhaustedError("the disk is full");
    w.Pass(Millis(15'000));
    CHECK(w.shift().phase() == ShiftPhase::kWriting);
    CHECK_THAT(w.live(w.a).now().reason,
               Catch::Contains("cannot be written, tried again in") && Catch::Contains("the disk is full"));
    w.store.refuse_dtabs = absl::OkStatus();
  }
  w.PassUntil(ShiftPhase::kPromoted);
  CHECK(w.RulesWritten() == Rules{kTenPercent, kAllOfIt, "/srv/world-v2"});
}

TEST_CASE("A gate that failed while the disk was full is undone once there is room") {
  World w;
  w.Load(40);
  REQUIRE(w.Start(World::Plan()).ok());
  w.store.refuse_shifts = absl::UnavailableError("the disk refused");
  w.Pass(Millis(5'000));
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  w.Load();
  w.store.refuse_shifts = absl::OkStatus();
  w.PassUntil(ShiftPhase::kReverted, Millis(12'000));
  CHECK(w.Dtab() == World::kDtab);
}

TEST_CASE("A conflict is told before what was to be stored while the disk was full") {
  World w;
  w.Load(40);
  REQUIRE(w.Start(World::Plan()).ok());
  w.store.refuse_shifts = absl::UnavailableError("the disk refused");
  w.Pass(Millis(5'000));
  w.PutDtab(World::DtabWith("/srv/world-v3"));
  w.store.refuse_shifts = absl::OkStatus();
  w.PassUntilOver();
  CHECK(w.shift().phase() == ShiftPhase::kConflicted);
  CHECK(w.Dtab() == World::DtabWith("/srv/world-v3"));
}

}  // namespace
}  // namespace heddle::namerd
