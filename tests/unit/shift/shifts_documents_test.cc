// A shift's document stays small, whatever happened; what people are told stays short.
#include <catch2/catch.hpp>

#include "namerd/shift/documents.h"
#include "namerd/shift/moves.h"
#include "namerd/store/memory_store.h"

namespace heddle::namerd {
namespace {

ShiftPlan Plan() {
  ShiftPlan plan;
  plan.ns = "internal";
  plan.prefix = "/host/world";
  plan.to = "/srv/v2";
  plan.steps = {{10, false}, {100, false}};
  return plan;
}

std::optional<Version> Dtab(const std::string& text) {
  Version version;
  version.number = 1;
  version.value = text;
  return version;
}

Shift Begun() { return *BeginShift(Plan(), Dtab("/host/world => /srv/v1"), {"ci", "", ""}, 1, 1'000); }

TEST_CASE(
    "Of a shift with very long transitions the latest are stored, and it is said that more there were") {
  FakeClock clock;
  Loop loop(clock);
  const auto store = MakeMemoryStore(loop);
  Shift shift = Begun();
  for (int i = 0; i < 400; ++i) {
    ShiftMove move = Announce(shift, 0, "again");
    move.transition.destination = "/" + std::string(8000, 'x');
    shift = WithMove(shift, move, 2'000 + i);
  }
  absl::StatusOr<Version> stored = absl::UnknownError("no answer");
  PutShift(*store, shift, "ci", [&](auto r) { stored = std::move(r); });
  loop.RunReady();
  REQUIRE(stored.ok());
  CHECK(stored->value.size() < (1u << 20));
  const auto read = ReadShift(*stored);
  REQUIRE(read.ok());
  CHECK((*read)->transitions_dropped);
  CHECK((*read)->transitions.size() > 50);
  CHECK((*read)->now().time_ms == 2'399);
  CHECK((*read)->version == 1);
}

TEST_CASE("A document that removes a shift, or is none, is no shift") {
  Version version;
  version.number = 3;
  version.deleted = true;
  CHECK(absl::IsDataLoss(ReadShift(version).status()));
  version.deleted = false;
  version.value = "{}";
  CHECK(absl::IsDataLoss(ReadShift(version).status()));
  Shift shift = Begun();
  shift.id = 4;  // later than the version itself
  version.value = ShiftToJson(shift, false);
  const absl::Status later = ReadShift(version).status();
  CHECK(absl::IsDataLoss(later));
  CHECK_THAT(std::string(later.message()), Catch::Contains("version 3"));
}

TEST_CASE("A reason is cut to what people read") {
  const Shift shift = Begun();
  const Shift moved = WithMove(shift, Conflict(shift, std::string(5'000, 'x')), 2'000);
  CHECK(moved.now().reason.size() < 1'100);
  CHECK(moved.now().time_ms == 2'000);
}

TEST_CASE("A rule that is too long to be kept with each transition is refused") {
  const std::string rule = "/srv/v1 | # " + std::string(70'000, 'x') + "\n /srv/v0";
  ShiftPlan plan = Plan();
  plan.from = "/srv/v1 | /srv/v0";
  const auto begun = BeginShift(plan, Dtab("/host/world => " + rule), {}, 1, 0);
  CHECK(absl::IsInvalidArgument(begun.status()));
  CHECK_THAT(std::string(begun.status().message()), Catch::Contains("longer than 65536 bytes"));
}

TEST_CASE("What is live is told with who runs it, who does not, and who has gone") {
  Shift shift = WithMove(Begun(), Written(Begun(), 2), 2'000);
  Convergence all{.following = 3, .applied = 3, .behind = {}, .gone = {}, .took = Millis(12)};
  CHECK(Converged(shift, all).transition.reason == "step 1 of 2, 10 % is live on all 3 proxies, after 12 ms");
  Convergence some{.following = 9,
                   .applied = 2,
                   .behind = {"a", "b", "c", "d", "e", "f", "g"},
                   .gone = {"h"},
                   .took = Millis(30'000)};
  CHECK(Converged(shift, some).transition.reason ==
        "step 1 of 2, 10 % is live on 2 of 9 proxies, after 30000 ms; not on a, b, c, d, e and 2 more; gone "
        "meanwhile: h");
  CHECK(Converged(shift, {}).transition.reason ==
        "step 1 of 2, 10 % is stored, no proxy that is connected follows the namespace, after 0 ms");
}

TEST_CASE("At 100 % a new side that takes no request is not passed, gates or not") {
  ShiftPlan plan = Plan();
  plan.steps = {{10, false}, {100, false}};
  const auto begun = BeginShift(plan, Dtab("/host/world => /srv/v1"), {}, 1, 0);
  REQUIRE(begun.ok());
  const auto dwelling = [&](size_t step) {
    Shift shift = WithMove(*begun, Announce(*begun, step, ""), 1'000);
    shift = WithMove(shift, Written(shift, 2), 2'000);
    return WithMove(shift, Converged(shift, {}), 3'000);
  };
  const auto kind = [&](size_t step, Verdict::Kind before, uint64_t from, uint64_t to) {
    ShiftTraffic traffic;
    traffic.from.requests = from;
    traffic.to.requests = to;
    return BeforeOldGoes(dwelling(step), {before, "why"}, traffic).kind;
  };
  CHECK(kind(1, Verdict::Kind::kPass, 20, 0) == Verdict::Kind::kTooFew);
  CHECK(kind(1, Verdict::Kind::kPass, 20, 1) == Verdict::Kind::kPass);
  CHECK(kind(1, Verdict::Kind::kPass, 19, 0) == Verdict::Kind::kPass);
  CHECK(kind(1, Verdict::Kind::kPass, 0, 0) == Verdict::Kind::kPass);
  CHECK(kind(0, Verdict::Kind::kPass, 1000, 0) == Verdict::Kind::kPass);
  CHECK(kind(1, Verdict::Kind::kFail, 1000, 0) == Verdict::Kind::kFail);
}

TEST_CASE("A shift of a rule whose names a later rule takes says so from its start") {
  const auto begun = BeginShift(Plan(), Dtab("/host/world => /srv/v1 ; /host => /srv"), {}, 1, 0);
  REQUIRE(begun.ok());
  CHECK(begun->now().reason ==
        "started; its names are first those of the later rule /host=>/srv: where that leads to a service, no "
        "step "
        "has an effect");
}

}  // namespace
}  // namespace heddle::namerd
