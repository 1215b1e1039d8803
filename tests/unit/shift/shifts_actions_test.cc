// What a person, a deadline or a follower's going does to a shift in each of its phases.
#include <catch2/catch.hpp>

#include "tests/unit/shift/shifts_world.h"

namespace heddle::namerd {
namespace {

constexpr ShiftAction kPromote = ShiftAction::kPromote, kFull = ShiftAction::kPromoteFull,
                      kPause = ShiftAction::kPause, kResume = ShiftAction::kResume,
                      kAbort = ShiftAction::kAbort;
const std::vector<ShiftAction> kActions = {kPromote, kFull, kPause, kResume, kAbort};

// Where a shift may stand when something happens to it.
enum class Place {
  kWriting,
  kConverging,
  kDwelling,
  kWaiting,
  kPaused,
  kLastConverging,  // the permanent rule is written
  kReverting,
  kOver
};
const std::vector<Place> kPlaces = {Place::kWriting,   Place::kConverging, Place::kDwelling,
                                    Place::kWaiting,   Place::kPaused,     Place::kLastConverging,
                                    Place::kReverting, Place::kOver};

void GoTo(World& w, Place place, ShiftPlan plan = World::Plan()) {
  plan.convergence = Millis(3'600'000);
  if (place == Place::kWriting || place == Place::kReverting) w.store.hold_dtabs = true;
  if (place == Place::kConverging) w.a.Freeze();
  if (place == Place::kWaiting) {
    plan.steps[0].manual = true;
    w.Load();
  }
  REQUIRE(w.Start(plan).ok());
  if (place == Place::kWaiting) w.PassUntil(ShiftPhase::kWaiting);
  if (place == Place::kPaused) REQUIRE(w.Act(kPause).ok());
  if (place == Place::kLastConverging) w.a.Freeze();
  if (place == Place::kLastConverging || place == Place::kOver) REQUIRE(w.Act(kFull).ok());
  if (place == Place::kReverting) REQUIRE(w.Act(kAbort).ok());
}

std::vector<ShiftAction> AllowedIn(Place place) {
  switch (place) {
    case Place::kConverging:
      return {kFull, kPause, kAbort};
    case Place::kDwelling:
    case Place::kWaiting:
      return {kPromote, kFull, kPause, kAbort};
    case Place::kPaused:
      return {kPromote, kFull, kResume, kAbort};
    case Place::kWriting:
    case Place::kLastConverging:
      return {kAbort};
    case Place::kReverting:
    case Place::kOver:
      return {};
  }
  return {};
}

TEST_CASE("Each phase allows the actions that make sense in it, and a refusal names them") {
  for (const Place place : kPlaces) {
    for (const ShiftAction action : kActions) {
      INFO("place " << static_cast<int>(place) << ", action " << static_cast<int>(action));
      World w;
      GoTo(w, place);
      const VersionNumber before = w.shift().version;
      const auto allowed = AllowedIn(place);
      const bool is_allowed = std::find(allowed.begin(), allowed.end(), action) != allowed.end();
      const absl::Status result = w.Act(action);
      CHECK(result.ok() == is_allowed);
      if (is_allowed) continue;
      CHECK(absl::IsFailedPrecondition(result));
      CHECK(w.shift().version == before);
      const std::string message(result.message());
      CHECK_THAT(message, Catch::Contains("shift 1 of /host/world is "));
      for (const ShiftAction each : allowed) {
        const char* const names[] = {"promote", "promote-full", "pause", "resume", "abort"};
        CHECK_THAT(message, Catch::Contains(names[static_cast<int>(each)]));
      }
    }
  }
}

TEST_CASE("An abort gives the rule back from every phase that allows it") {
  for (const Place place : kPlaces) {
    if (AllowedIn(place).empty()) continue;
    INFO("place " << static_cast<int>(place));
    World w;
    GoTo(w, place);
    REQUIRE(w.Act(kAbort).ok());
    w.store.Release();
    w.RunReady();
    CHECK(w.Dtab() == World::kDtab);
    CHECK(w.shift().reverting_to == ShiftPhase::kAborted);
    w.a.Disconnect();  // the one that is frozen
    w.PassUntil(ShiftPhase::kAborted, Millis(1'000));
  }
}

TEST_CASE("A pause holds the weights and judges nothing; what is resumed dwells anew") {
  World w;
  REQUIRE(w.Start(World::Plan()).ok());
  w.Pass(Millis(8'000));
  REQUIRE(w.Act(kPause).ok());
  const std::string dtab = w.Dtab();
  w.Load(100);
  w.Pass(std::chrono::minutes(5));
  CHECK(w.shift().phase() == ShiftPhase::kPaused);
  CHECK(w.Dtab() == dtab);
  w.Load();
  REQUIRE(w.Act(kResume).ok());
  w.Pass(Millis(9'000));
  CHECK(w.shift().now().step == 0);
  w.PassUntil(ShiftPhase::kPromoted);
}

TEST_CASE("A deadline gives the rule back from every phase, until the permanent rule is written") {
  for (const Place place : kPlaces) {
    if (place == Place::kOver || place == Place::kReverting) continue;
    INFO("place " << static_cast<int>(place));
    World w;
    ShiftPlan plan = World::Plan();
    plan.deadline = Millis(60'000);
    plan.on_failure = OnFailure::kPause;
    GoTo(w, place, plan);
    w.Pass(Millis(59'000) - Millis(w.clock.WallNow() / Millis(1) - w.shift().started_ms));
    const ShiftPhase before = w.shift().phase();
    CHECK_FALSE(w.shift().reverting_to.has_value());
    w.Pass(Millis(1'500));
    w.store.Release();
    w.RunReady();
    if (place == Place::kLastConverging) {
      CHECK(w.shift().phase() == before);
      continue;
    }
    CHECK(w.shift().reverting_to == ShiftPhase::kExpired);
    CHECK(w.Dtab() == World::kDtab);
    w.a.Disconnect();
    w.PassUntil(ShiftPhase::kExpired, Millis(1'000));
  }
}

TEST_CASE("A deadline that passed while no namerd ran holds at once") {
  World w;
  ShiftPlan plan = World::Plan();
  plan.deadline = Millis(60'000);
  w.store.hold_dtabs = true;
  REQUIRE(w.Start(plan).ok());
  w.a.Kill();
  w.Pass(Millis(61'000));
  w.store.Release();
  w.a.Restart();
  w.RunReady();
  CHECK(w.shift().reverting_to == ShiftPhase::kExpired);
  w.PassUntil(ShiftPhase::kExpired, Millis(5'000));
  CHECK(w.Dtab() == World::kDtab);
}

TEST_CASE("Where a shift is to end with who follows it, it is aborted when nobody does for a while") {
  World w;
  ShiftPlan plan = World::Plan();
  plan.abort_on_disconnect = true;
  plan.gates.min_requests = 1;

  SECTION("and nobody came") {
    REQUIRE(w.Start(plan).ok());
    w.Pass(Millis(4'900));
    CHECK(w.shift().phase() == ShiftPhase::kDwelling);
    w.Pass(Millis(300));
    CHECK(w.shift().phase() == ShiftPhase::kAborted);
    CHECK_THAT(w.shift().transitions[3].reason, Catch::Contains("nobody has followed it"));
    CHECK(w.Dtab() == World::kDtab);
  }
  SECTION("not while somebody does") {
    REQUIRE(w.Start(plan).ok());
    Subscription one = w.a.shifts->Attend(kNs, kPrefix);
    Subscription two = w.a.shifts->Attend(kNs, kPrefix);
    w.Pass(Millis(60'000));
    one.Cancel();
    w.Pass(Millis(60'000));
    CHECK(w.shift().phase() == ShiftPhase::kDwelling);
    two.Cancel();
    w.Pass(Millis(4'000));
    two = w.a.shifts->Attend(kNs, kPrefix);  // the connection broke, and is back
    w.Pass(Millis(60'000));
    CHECK(w.shift().phase() == ShiftPhase::kDwelling);
    two.Cancel();
    w.Pass(Millis(5'100));
    CHECK(w.shift().phase() == ShiftPhase::kAborted);
  }
  SECTION("and somebody who came before it was started counts") {
    const Subscription early = w.a.shifts->Attend(kNs, kPrefix);
    REQUIRE(w.Start(plan).ok());
    w.Pass(Millis(60'000));
    CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  }
  SECTION("also after a restart, which followers have time to notice") {
    REQUIRE(w.Start(plan).ok());
    const Subscription gone = w.a.shifts->Attend(kNs, kPrefix);
    w.Pass(Millis(60'000));
    w.a.Kill();
    w.Pass(Millis(60'000));
    w.a.Restart();
    w.Pass(Millis(4'000));
    CHECK(w.shift().phase() == ShiftPhase::kDwelling);
    Subscription back = w.a.shifts->Attend(kNs, kPrefix);
    w.Pass(Millis(60'000));
    CHECK(w.shift().phase() == ShiftPhase::kDwelling);
    back.Cancel();
    w.Pass(Millis(5'100));
    CHECK(w.shift().phase() == ShiftPhase::kAborted);
  }
  SECTION("and a follower at another namerd brings the shift there") {
    w.b.Restart();
    REQUIRE(w.Start(plan).ok());
    const Subscription there = w.b.shifts->Attend(kNs, kPrefix);
    w.Pass(Millis(60'000));
    CHECK(w.shift().driver == "b");
    CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  }
}

}  // namespace
}  // namespace heddle::namerd
