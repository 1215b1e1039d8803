// A traffic shift: the document that the store keeps, one a rule (namespace and prefix). Each of its versions
// in the store is a transition.
//
//   start ─► writing ─► converging ─► dwelling ─┬─(gates pass)─► writing (the next step) ... ─► promoted
//               ▲           ▲            ▲      ├─(manual)─► waiting ─promote─► writing
//               │           │            └──────┴─ pause ─► paused ─resume─► dwelling
//               │           │
//   a gate fails, abort, the deadline: reverting: writing, converging ─► reverted | aborted | expired
//   somebody else has changed the rule: conflicted, and the dtab stays as it is
//
// The write is announced (writing) before it is done, so that whoever takes over after a crash knows from the
// dtab itself whether it was.
#ifndef HEDDLE_NAMERD_SHIFT_SHIFT_H_
#define HEDDLE_NAMERD_SHIFT_SHIFT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"
#include "lib/stats/traffic_row.h"
#include "namerd/fleet/convergence.h"
#include "namerd/shift/plan.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

enum class ShiftPhase {
  kWriting,     // the rule is about to be set to `destination`
  kConverging,  // it is set; the proxies are waited for
  kDwelling,    // live; the new side is observed
  kWaiting,     // for promote, at a manual gate; still observed
  kPaused,      // by a person, or by a gate (on_failure: pause); not observed
  kPromoted,    // over: the rule is plan.to
  kReverted,    // over: a gate failed, the rule is as it was
  kAborted,     // over: a person or a pipeline did, the rule is as it was
  kExpired,     // over: the deadline came first, the rule is as it was
  kConflicted,  // over: somebody else changed the rule, which stays so
};
const char* PhaseName(ShiftPhase phase);  // "writing", "promoted", ...
std::optional<ShiftPhase> PhaseOf(absl::string_view name);
bool IsOver(ShiftPhase phase);

// One side's traffic in a window, as it is judged and shown.
struct SideSummary {
  uint64_t requests = 0;
  uint64_t successes = 0;
  std::map<std::string, uint64_t> failures;  // the kMaxKinds commonest kinds by name, the rest as "others"
  static constexpr size_t kMaxKinds = 16;
  double p50_ms = 0, p95_ms = 0, p99_ms = 0;
  double SuccessRate() const {
    return requests == 0 ? 1.0 : static_cast<double>(successes) / static_cast<double>(requests);
  }
  friend bool operator==(const SideSummary&, const SideSummary&) = default;
};
SideSummary Summarize(const TrafficCounts& counts);

struct ShiftTraffic {
  SideSummary from, to;
  friend bool operator==(const ShiftTraffic&, const ShiftTraffic&) = default;
};

// What led to a phase, with the numbers it was decided by.
struct ShiftTransition {
  int64_t time_ms = 0;  // wall clock
  ShiftPhase phase = ShiftPhase::kWriting;
  size_t step = 0;                         // index in plan.steps; plan.steps.size(): the permanent rule
  std::string reason;                      // a sentence for people
  std::string destination;                 // kWriting: what the rule is to lead to
  VersionNumber dtab_version = 0;          // kConverging: that was written
  std::optional<Convergence> convergence;  // after kConverging
  std::optional<ShiftTraffic> traffic;     // of a verdict, or of the dwell that was cut short
};

struct Shift {
  ShiftPlan plan;        // `from` is filled in
  std::string original;  // the exact text of the rule's destination before the shift
  std::string author, message;
  int64_t started_ms = 0;
  VersionNumber id = 0;  // of the document's version that began this shift: tells shifts of one rule apart
  // If set, what is being written and converged is `original`, and this is the phase it ends in.
  std::optional<ShiftPhase> reverting_to;
  std::string driver;                        // the namerd that runs it
  int64_t lease_ms = 0;                      // wall clock: until then no other namerd takes it over
  std::vector<ShiftTransition> transitions;  // oldest first, never empty; the last one is where it stands
  bool transitions_dropped =
      false;  // there were more than kMaxTransitions; the first ones are in the history
  std::optional<ShiftTraffic> baseline;  // the last verdict in which the old side had enough requests

  // Not stored: as of now, for people who watch. `now_traffic` is of the present dwell.
  std::optional<ShiftTraffic> now_traffic;
  std::optional<Convergence> now_convergence;
  int64_t dwell_ends_ms = 0;  // wall clock; 0: not dwelling

  VersionNumber version = 0;  // of the document: what an action expects

  const ShiftTransition& now() const { return transitions.back(); }
  ShiftPhase phase() const { return now().phase; }
  static constexpr size_t kMaxTransitions = 500;
};

// What the rule leads to, or is about to: by the step, or `original` if the shift is being or has been
// undone.
std::string DestinationNow(const Shift& shift);

// The document's key: the same however the prefix is spelt. "" if `prefix` is none, which no document has.
std::string ShiftKey(absl::string_view ns, absl::string_view prefix);

// JSON, one codec for the store and the API (README.md has its shape). `with_live`: also what is not stored.
// Of the proxies that are behind, or gone, the first kMaxNamed are.
std::string ShiftToJson(const Shift& shift, bool with_live);
inline constexpr size_t kMaxNamed = 20;
// What ShiftToJson wrote, but for what is not stored. DataLoss says what is wrong with it: it has been stored
// by us. Keys that are not known are passed over: a later version may have written it.
absl::StatusOr<Shift> ShiftFromJson(absl::string_view json);
// The body of a start: {"prefix", "from", "to", "steps": [10, {"percent": 50, "manual": true}], ...}.
// InvalidArgument names the key and what it may be; unknown keys are errors. Does not call CheckPlan. The
// prefix comes out as Prefix::Show spells it; the namespace is not in the body.
absl::StatusOr<ShiftPlan> PlanFromJson(absl::string_view json);
std::string PlanToJson(const ShiftPlan& plan);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_SHIFT_H_
