// Everything at once, in an order that a seed decides: two namerds that are killed and come back, actions at
// either, a disk that fills up, slow writes, edits elsewhere in the dtab. Nobody touches the rule, so that
// whatever happens a shift may neither see a conflict nor leave anything but one of its two ends.
#include <catch2/catch.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/base/random.h"
#include "namerd/shift/edit_rule.h"
#include "tests/unit/shift/shifts_world.h"

namespace heddle::namerd {
namespace {

constexpr uint64_t kRuns = 25;
constexpr int kEvents = 60;

class Chaos {
 public:
  explicit Chaos(uint64_t seed) : random_(seed * 7919) { w_.b.Restart(); }

  void Run() {
    w_.Load(Chance(2) ? 0 : 40);
    ShiftPlan plan = World::Plan();
    plan.steps[0].manual = Chance(3);
    plan.on_failure = Chance(3) ? OnFailure::kPause : OnFailure::kRevert;
    if (Chance(3)) plan.deadline = Millis(60'000);
    REQUIRE(w_.Start(plan).ok());
    for (int i = 0; i < kEvents && !Over(); ++i) Event();
    Heal();
    for (int i = 0; i < 600 && !Over(); ++i) {
      if (i % 60 == 59) (void)w_.Act(ShiftAction::kAbort);  // one that waits for a person
      w_.Pass(Millis(1'000));
    }
    Check();
  }

 private:
  bool Chance(uint32_t of) { return random_.Below(of) == 0; }
  bool Over() { return IsOver(w_.shift().phase()); }
  Node& AnyNode() { return Chance(2) ? w_.a : w_.b; }

  void Event() {
    Node& node = AnyNode();
    w_.RunReady();  // an edit is made of what there is
    switch (random_.Below(8)) {
      case 0:
        if (node.running()) return node.Kill();
        return node.Restart();
      case 1:
        if (node.running()) (void)w_.Act(static_cast<ShiftAction>(random_.Below(5)), node);
        return;
      case 2:
        w_.store.hold_dtabs = true;
        return;
      case 3:
        return w_.store.Release();
      case 4:
        w_.store.refuse_shifts = Chance(2) ? absl::ResourceExhaustedError("full") : absl::OkStatus();
        return;
      case 5:
        w_.store.refuse_dtabs = Chance(2) ? absl::ResourceExhaustedError("full") : absl::OkStatus();
        return;
      case 6:
        return w_.PutDtab(absl::StrCat(w_.Dtab(), "/host/", ++edits_, " => /srv/x ;\n"));
      default:
        return w_.Pass(Millis(100 * (1 + random_.Below(40))));
    }
  }

  void Heal() {
    w_.store.refuse_shifts = w_.store.refuse_dtabs = absl::OkStatus();
    w_.store.Release();
    for (Node* node : {&w_.a, &w_.b}) {
      if (!node->running()) node->Restart();
    }
  }

  void Check() {
    const Shift shift = w_.shift();
    INFO(w_.Path() << "\n" << shift.now().reason);
    REQUIRE(Over());
    CHECK(shift.phase() != ShiftPhase::kConflicted);
    const bool promoted = shift.phase() == ShiftPhase::kPromoted;
    CHECK(*DestinationOf(w_.Dtab(), kPrefix) == (promoted ? "/srv/world-v2" : "/srv/world-v1"));
    const std::set<std::string> known = {"/srv/world-v1", "90 * /srv/world-v1 & 10 * /srv/world-v2",
                                         "/srv/world-v2 | /srv/world-v1", "/srv/world-v2"};
    for (const std::string& rule : w_.RulesWritten()) CHECK(known.contains(rule));
    // What is over stays as it is, whatever comes late.
    const std::string dtab = w_.Dtab();
    w_.Pass(Millis(60'000));
    CHECK(w_.Dtab() == dtab);
    CHECK(w_.shift().version == shift.version);
  }

  World w_;
  Random random_;
  int edits_ = 0;
};

TEST_CASE("Whatever happens in whatever order, a shift ends at one of its ends") {
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    INFO("seed " << seed);
    Chaos(seed).Run();
  }
}

}  // namespace
}  // namespace heddle::namerd
