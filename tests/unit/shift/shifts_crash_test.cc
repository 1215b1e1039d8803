// A namerd that is killed at any moment, and two of them over one store.
#include <catch2/catch.hpp>

#include "tests/unit/shift/shifts_world.h"

namespace heddle::namerd {
namespace {

using Rules = std::vector<std::string>;
const char* const kTenPercent = "90 * /srv/world-v1 & 10 * /srv/world-v2";
const char* const kAllOfIt = "/srv/world-v2 | /srv/world-v1";
const char* const kGoodPath =
    "writing 1, converging 1, dwelling 1, writing 2, converging 2, dwelling 2, writing end, converging end, "
    "promoted end";
const char* const kBadPath =
    "writing 1, converging 1, dwelling 1, writing back, converging back, reverted back";

// Kills namerd a at the store's write number `at` of the shift, which is the last one to happen or the first
// one not to, and starts it again.
void CrashAt(World& w, int at, bool written) {
  w.store.writes = 0;
  w.store.before_write = [&w, at, written](int number) {
    if (number != at) return true;
    // Comes before the write: namerd is gone when it is done.
    w.loop.Post([&w] { w.a.Kill(); });
    return written;
  };
}

// How many writes a shift makes that nothing happens to, the one that starts it left out.
int WritesOf(uint64_t bad) {
  World w;
  w.Load(bad);
  REQUIRE(w.Start(World::Plan()).ok());
  w.PassUntilOver();
  return static_cast<int>(w.shift().version + w.DtabHistory().size()) - 2;
}

void CheckCrashes(uint64_t bad, const char* path, const Rules& rules, const std::string& dtab) {
  const int writes = WritesOf(bad);
  CHECK(writes > 5);
  for (int at = 1; at <= writes; ++at) {
    for (const bool written : {true, false}) {
      INFO("killed at write " << at << ", " << (written ? "which was done" : "which was not"));
      World w;
      w.Load(bad);
      CrashAt(w, at, written);
      w.a.shifts->Start(World::Plan(), {"ci", "version 2", ""}, [](const auto&) {});
      bool restarted = false;
      for (int tick = 0; tick < 2000 && (w.a.running() || !restarted); ++tick) {
        w.Pass(Millis(100));
        if (w.a.running()) {
          if (restarted && IsOver(w.shift().phase())) break;
          continue;
        }
        restarted = true;
        w.store.before_write = nullptr;
        w.Pass(Millis(300));
        w.a.Restart();
        w.RunReady();
      }
      CHECK(restarted);
      CHECK(w.Path() == path);
      CHECK(w.RulesWritten() == rules);
      CHECK(w.Dtab() == dtab);
    }
  }
}

TEST_CASE("A namerd that is killed at any write goes on with a good version, and writes each step once") {
  CheckCrashes(0, kGoodPath, {kTenPercent, kAllOfIt, "/srv/world-v2"}, World::DtabWith("/srv/world-v2"));
}

TEST_CASE("A namerd that is killed at any write undoes a bad version all the same") {
  CheckCrashes(40, kBadPath, {kTenPercent, "/srv/world-v1"}, World::kDtab);
}

TEST_CASE("A namerd that was killed in a dwell dwells anew: what it had seen is gone") {
  World w;
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  w.Pass(Millis(8'000));
  w.a.Kill();
  w.Pass(Millis(60'000));
  w.a.Restart();
  w.RunReady();
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  w.Pass(Millis(9'000));
  CHECK(w.shift().now().step == 0);
  w.PassUntil(ShiftPhase::kPromoted);
}

TEST_CASE("A namerd that comes back gives its proxies time to do so before it asks which run a version") {
  World w;
  w.a.Freeze();
  REQUIRE(w.Start(World::Plan()).ok());
  REQUIRE(w.shift().phase() == ShiftPhase::kConverging);
  w.a.Kill();
  w.Pass(Millis(1'000));
  w.a.Restart();
  w.a.Disconnect();
  w.Pass(Millis(2'000));
  CHECK(w.shift().phase() == ShiftPhase::kConverging);
  w.a.Connect();
  w.Pass(Millis(2'000));
  CHECK(w.shift().phase() == ShiftPhase::kConverging);  // for the proxy that has come back, and is behind
  CHECK(w.live(w.a).now_convergence->following == 1);
}

TEST_CASE("Of two namerds one runs a shift: each transition and each write happens once") {
  World w;
  w.b.Restart();
  w.Load();
  REQUIRE(w.Start(World::Plan(), w.b).ok());
  w.PassUntilOver();
  CHECK(w.Path() == kGoodPath);
  CHECK(w.RulesWritten() == Rules{kTenPercent, kAllOfIt, "/srv/world-v2"});
  CHECK(w.shift().driver == "b");
  CHECK(w.live(w.a).phase() == ShiftPhase::kPromoted);
}

TEST_CASE("A shift whose namerd has gone is taken over once its lease is out, not before") {
  World w;
  w.b.Restart();
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  w.Pass(Millis(2'000));
  w.a.Kill();
  const int64_t lease = w.shift().lease_ms;
  w.PassUntil([&] { return w.shift().driver == "b"; });
  CHECK(w.clock.WallNow() / Millis(1) >= lease);
  CHECK(w.clock.WallNow() / Millis(1) < lease + 200);
  w.PassUntilOver();
  CHECK(w.Path() == kGoodPath);
  CHECK(w.RulesWritten() == Rules{kTenPercent, kAllOfIt, "/srv/world-v2"});
}

TEST_CASE("A takeover that could not be stored is forgotten when the shift's namerd is back") {
  World w;
  w.b.Restart();
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  w.a.Kill();
  w.Pass(Millis(19'000));
  w.store.refuse_shifts = absl::UnavailableError("the disk refused");
  w.Pass(Millis(5'000));
  w.store.refuse_shifts = absl::OkStatus();
  w.a.Restart();
  w.clock.Advance(Millis(1));  // before b tries again
  w.RunReady();
  w.PassUntilOver();
  CHECK(w.shift().driver == "a");
  CHECK(w.Path() == kGoodPath);
}

TEST_CASE("A lease lasts longer the longer nothing happens: one that waits for days has a short history") {
  World w;
  ShiftPlan plan = World::Plan();
  plan.steps[0].manual = true;
  w.Load();
  REQUIRE(w.Start(plan).ok());
  w.PassUntil(ShiftPhase::kWaiting);
  w.each_tick = nullptr;
  const VersionNumber before = w.shift().version;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    w.clock.Advance(std::chrono::minutes(1));
    w.RunReady();
  }
  CHECK(w.shift().driver == "a");
  CHECK(w.shift().version < before + 400);
}

TEST_CASE("An action may be given to any namerd; the one that runs the shift goes on with it") {
  World w;
  w.b.Restart();
  REQUIRE(w.Start(World::Plan()).ok());
  REQUIRE(w.Act(ShiftAction::kPromote, w.b).ok());
  CHECK(w.shift().now().step == 1);
  CHECK(w.shift().driver == "a");
  REQUIRE(w.Act(ShiftAction::kPause, w.b).ok());
  CHECK(w.live(w.a).phase() == ShiftPhase::kPaused);
  REQUIRE(w.Act(ShiftAction::kPromote, w.b).ok());
  CHECK(w.shift().phase() == ShiftPhase::kPromoted);
  CHECK(w.RulesWritten() == Rules{kTenPercent, kAllOfIt, "/srv/world-v2"});
}

TEST_CASE("An abort does not wait for a namerd that has gone") {
  World w;
  w.b.Restart();
  REQUIRE(w.Start(World::Plan()).ok());
  w.a.Kill();
  REQUIRE(w.Act(ShiftAction::kAbort, w.b).ok());
  CHECK(w.shift().phase() == ShiftPhase::kAborted);
  CHECK(w.Dtab() == World::kDtab);
}

TEST_CASE("A write of a step that comes late, from a namerd that was overtaken, cannot undo an abort") {
  World w;
  w.b.Restart();
  w.store.hold_dtabs = true;
  REQUIRE(w.Start(World::Plan()).ok());
  REQUIRE(w.shift().phase() == ShiftPhase::kWriting);
  // The held write goes first once it is released; b's own is not held, and comes before it.
  w.store.hold_dtabs = false;
  REQUIRE(w.Act(ShiftAction::kAbort, w.b).ok());
  CHECK(w.shift().phase() == ShiftPhase::kAborted);
  w.store.Release();
  w.Pass(Millis(1'000));
  CHECK(w.Dtab() == World::kDtab);
  CHECK(w.shift().phase() == ShiftPhase::kAborted);
}

TEST_CASE("An abort while the step's write is under way undoes it when it is done") {
  World w;
  w.store.hold_dtabs = true;
  REQUIRE(w.Start(World::Plan()).ok());
  REQUIRE(w.Act(ShiftAction::kAbort).ok());
  CHECK(w.shift().phase() == ShiftPhase::kWriting);
  w.store.Release();
  w.RunReady();
  CHECK(w.shift().phase() == ShiftPhase::kAborted);
  CHECK(w.RulesWritten() == Rules{kTenPercent, "/srv/world-v1"});
  CHECK(w.Dtab() == World::kDtab);
}

}  // namespace
}  // namespace heddle::namerd
