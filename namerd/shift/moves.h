// What follows what in a shift, as values: the decisions of the state machine, without its timers and its
// store. Pure.
#ifndef HEDDLE_NAMERD_SHIFT_MOVES_H_
#define HEDDLE_NAMERD_SHIFT_MOVES_H_

#include <optional>
#include <string>
#include <vector>

#include "namerd/fleet/convergence.h"
#include "namerd/shift/judge.h"
#include "namerd/shift/shift.h"
#include "namerd/shift/shifts.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// A transition that is yet to be stored. It holds for the shift it was made from and for later versions of it
// with the same last transition.
struct ShiftMove {
  ShiftTransition transition;              // without its time
  std::optional<ShiftPhase> reverting_to;  // kept as it was if it is not given
  std::optional<ShiftTraffic> baseline;    // kept as it was if it is not given
};

// `shift` after `move`, at `now_ms` of the wall clock. Bounded: the first transitions are dropped,
// reasons cut.
Shift WithMove(Shift shift, const ShiftMove& move, int64_t now_ms);

// A shift by `plan`, as version `id` of its document, for a namespace whose dtab is `dtab`. Errors: those of
// Shifts::Start that depend on these.
absl::StatusOr<Shift> BeginShift(ShiftPlan plan, const std::optional<Version>& dtab, const Change& change,
                                 VersionNumber id, int64_t now_ms);

// Whether the deadline and the last follower's going still undo the shift: until the permanent rule is
// written, since by then every gate has passed.
bool CanLapse(const Shift& shift);

// The rule as it stands in the dtab, against what the shift knows of it.
struct RuleCheck {
  enum class State {
    kForeign,  // somebody else's: changed, removed, or the whole dtab is gone
    kEarlier,  // in kWriting: what it was before; the write has yet to be done
    kInForce,  // what the last transition says, to the byte in kWriting
  };
  State state = State::kInForce;
  std::string reason;  // of kForeign
};
RuleCheck CheckRule(const Shift& shift, const std::optional<Version>& dtab);

// Whether a write that was announced before the present one may still be under way, here or at another
// namerd: then the rule has to be written even where it looks as it should, so that the dtab has a new
// version and the other write fails.
bool MayBeOvertaken(const Shift& shift);

// `verdict` of a whole dwell. Without gates, too: a step of 100 % falls back on the old side, which the
// permanent rule does not, so that one whose requests all went there is not passed.
Verdict BeforeOldGoes(const Shift& shift, Verdict verdict, const ShiftTraffic& traffic);

// REQUIRES of all below: the shift is not over.
ShiftMove Conflict(const Shift& shift, std::string reason);
// The rule of step `step` (plan.steps.size(): the permanent one) is about to be written.
ShiftMove Announce(const Shift& shift, size_t step, std::string reason);
// The original rule is about to be written, to end in `end`. REQUIRES: not reverting yet.
ShiftMove Revert(const Shift& shift, ShiftPhase end, std::string reason);
// It has been, as version `dtab_version`.
ShiftMove Written(const Shift& shift, VersionNumber dtab_version);
// The proxies have been waited for.
ShiftMove Converged(const Shift& shift, const Convergence& convergence);
// After a verdict on a dwell or a wait; nullopt: it goes on.
std::optional<ShiftMove> Judged(const Shift& shift, const Verdict& verdict, const ShiftTraffic& traffic);
// FailedPrecondition, with the actions that are allowed, if this one is not.
absl::StatusOr<ShiftMove> Acted(const Shift& shift, ShiftAction action, const Change& change);

// "step 2 of 3, 50 %", "the permanent rule", "the rule before the shift".
std::string WhatIsWritten(const Shift& shift);
// "shift 4 of /host/world": for messages and the log.
std::string ShiftName(const Shift& shift);
// "shift 4 of /host/world in internal: dwelling at step 1 of 3, 10 %: ...": the last transition, for the log.
std::string TransitionLine(const Shift& shift);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_MOVES_H_
