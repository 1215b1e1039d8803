// How a shift is begun, listed, followed and remembered.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/unit/shift/shifts_world.h"

namespace heddle::namerd {
namespace {

using Past = std::vector<Shifts::ShiftPtr>;

absl::StatusOr<Past> HistoryOf(World& w, size_t limit, const std::string& prefix = kPrefix) {
  absl::StatusOr<Past> result = absl::UnknownError("no answer");
  w.a.shifts->History(kNs, prefix, limit, [&](auto r) { result = std::move(r); });
  w.RunReady();
  return result;
}

TEST_CASE("A shift is refused, with the reason, where it cannot begin") {
  World w;
  ShiftPlan plan = World::Plan();
  SECTION("no such dtab") {
    plan.ns = "external";
    CHECK(absl::IsNotFound(w.Start(plan)));
  }
  SECTION("no such rule") {
    plan.prefix = "/host/moon";
    CHECK(absl::IsNotFound(w.Start(plan)));
  }
  SECTION("the rule leads elsewhere") {
    plan.from = "/srv/world-v0";
    const absl::Status result = w.Start(plan);
    CHECK(absl::IsFailedPrecondition(result));
    CHECK_THAT(std::string(result.message()),
               Catch::Contains("leads to /srv/world-v1, not to /srv/world-v0"));
  }
  SECTION("it leads there already") {
    plan.to = "/srv/world-v1";
    CHECK(absl::IsInvalidArgument(w.Start(plan)));
  }
  SECTION("no plan") {
    plan.steps.clear();
    CHECK(absl::IsInvalidArgument(w.Start(plan)));
  }
  SECTION("one is under way") {
    REQUIRE(w.Start(plan).ok());
    const absl::Status result = w.Start(plan);
    CHECK(absl::IsAlreadyExists(result));
    CHECK_THAT(std::string(result.message()), Catch::Contains("shift 1 of /host/world is under way"));
  }
  SECTION("the disk is full") {
    w.store.refuse_shifts = absl::ResourceExhaustedError("the disk is full");
    CHECK(absl::IsResourceExhausted(w.Start(plan)));
  }
  SECTION("too long a message") {
    absl::Status result;
    w.a.shifts->Start(plan, {"ci", std::string(9000, 'x'), ""}, [&](const auto& r) { result = r.status(); });
    w.RunReady();
    CHECK(absl::IsInvalidArgument(result));
  }
  CHECK(w.RulesWritten().size() <= 1);
}

TEST_CASE("Of two starts of one rule at two namerds at once, one is told that the other was first") {
  World w;
  w.b.Restart();
  absl::Status a, b;
  w.a.shifts->Start(World::Plan(), {}, [&](const auto& r) { a = r.status(); });
  w.b.shifts->Start(World::Plan(), {}, [&](const auto& r) { b = r.status(); });
  w.RunReady();
  CHECK(a.ok());
  CHECK(absl::IsAlreadyExists(b));
}

TEST_CASE("No more shifts run at once than are allowed") {
  World w;
  ShiftPlan plan = World::Plan();
  for (size_t i = 0; i < Shifts::kMaxRunning; ++i) {
    plan.ns = absl::StrCat("n", i);
    plan.prefix = "/host";
    w.store.Put(DocumentKind::kDtab, plan.ns, "/host => /srv/x", {}, {}, [](const auto&) {});
    w.loop.RunReady();
    w.a.shifts->Start(plan, {}, [](const auto&) {});
    w.loop.RunReady();
  }
  w.RunReady();
  CHECK(w.a.shifts->All()->Get().size() == Shifts::kMaxRunning);
  plan.ns = kNs;
  CHECK(absl::IsUnavailable(w.Start(plan)));
}

TEST_CASE("What there is not can be asked for: an action, a history, a watch that tells when it comes") {
  World w;
  CHECK(absl::IsNotFound(w.Act(ShiftAction::kAbort)));
  CHECK(absl::IsNotFound(HistoryOf(w, 10).status()));
  std::vector<std::string> seen;
  const Subscription watch = w.a.shifts->Of(kNs, kPrefix)->Subscribe([&](const Shifts::ShiftPtr& now) {
    seen.emplace_back(now == nullptr ? "none" : PhaseName(now->phase()));
  });
  CHECK(w.a.shifts->All()->Get().empty());
  REQUIRE(w.Start(World::Plan()).ok());
  CHECK(seen.front() == "none");
  CHECK(seen[1] == "writing");
  CHECK(seen.back() == "dwelling");
  CHECK(w.a.shifts->All()->Get().size() == 1);
}

TEST_CASE("Who follows a shift sees its traffic without gaps, also when its lease is renewed") {
  World w;
  w.Load();
  ShiftPlan plan = World::Plan();
  plan.dwell = std::chrono::minutes(2);
  REQUIRE(w.Start(plan).ok());
  w.Pass(Millis(2'000));
  int seen = 0, without = 0;
  const Subscription watch = w.a.shifts->Of(kNs, kPrefix)->Subscribe([&](const Shifts::ShiftPtr& now) {
    ++seen;
    without += now->now_traffic.has_value() && now->dwell_ends_ms > 0 ? 0 : 1;
  });
  const VersionNumber before = w.shift().version;
  w.Pass(std::chrono::minutes(1));
  CHECK(w.shift().version > before);
  CHECK(seen > 50);
  CHECK(without == 0);
}

TEST_CASE("A namerd that stops takes no orders any more, and leaves its shifts as they are") {
  World w;
  REQUIRE(w.Start(World::Plan()).ok());
  w.a.shifts->Stop();
  CHECK(absl::IsUnavailable(w.Act(ShiftAction::kPromote)));
  CHECK(absl::IsUnavailable(w.Start(World::Plan())));
  CHECK(absl::IsUnavailable(HistoryOf(w, 10).status()));
  w.Pass(Millis(60'000));
  CHECK(w.shift().phase() == ShiftPhase::kDwelling);
  CHECK(w.shift().id == 1);
}

TEST_CASE("The history of a rule has each of its shifts as it ended, the latest first") {
  World w;
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  REQUIRE(w.Act(ShiftAction::kAbort).ok());
  REQUIRE(w.Start(World::Plan()).ok());
  w.PassUntil(ShiftPhase::kPromoted);
  ShiftPlan back = World::Plan();
  back.to = "/srv/world-v1";
  REQUIRE(w.Start(back).ok());
  w.Pass(Millis(5'000));

  const auto history = HistoryOf(w, 10);
  REQUIRE(history.ok());
  REQUIRE(history->size() == 3);
  CHECK((*history)[0]->phase() == ShiftPhase::kDwelling);
  CHECK((*history)[0]->plan.from == "/srv/world-v2");
  CHECK((*history)[1]->phase() == ShiftPhase::kPromoted);
  CHECK((*history)[1]->transitions.size() == 9);
  CHECK((*history)[2]->phase() == ShiftPhase::kAborted);
  CHECK((*history)[2]->id == 1);
  CHECK(HistoryOf(w, 2)->size() == 2);
  CHECK(HistoryOf(w, 1)->size() == 1);

  w.a.Kill();
  w.a.Restart();
  CHECK(HistoryOf(w, 10)->size() == 3);
}

TEST_CASE("A shift that is paused and resumed for ever keeps its last transitions, and still ends well") {
  World w;
  REQUIRE(w.Start(World::Plan()).ok());
  for (size_t i = 0; i < Shift::kMaxTransitions; ++i) {
    w.clock.Advance(Millis(1));
    REQUIRE(w.Act(i % 2 == 0 ? ShiftAction::kPause : ShiftAction::kResume).ok());
  }
  CHECK(w.shift().transitions.size() == Shift::kMaxTransitions);
  CHECK(w.shift().transitions_dropped);
  REQUIRE(w.Act(ShiftAction::kAbort).ok());
  CHECK(w.shift().phase() == ShiftPhase::kAborted);
  CHECK(w.Dtab() == World::kDtab);
}

TEST_CASE("A document that cannot be read is left alone, and a new shift may be begun in its place") {
  World w;
  w.store.Put(DocumentKind::kShift, ShiftKey(kNs, kPrefix), "no shift", {}, {}, [](const auto&) {});
  w.RunReady();
  CHECK(w.a.shifts->All()->Get().empty());
  CHECK(absl::IsNotFound(w.Act(ShiftAction::kAbort)));
  w.Load();
  REQUIRE(w.Start(World::Plan()).ok());
  CHECK(w.shift().id == 2);
  w.PassUntil(ShiftPhase::kPromoted);
  CHECK(absl::IsDataLoss(HistoryOf(w, 10).status()));
}

}  // namespace
}  // namespace heddle::namerd
