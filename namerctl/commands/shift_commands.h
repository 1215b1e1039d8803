// `namerctl shift ...`: a function a command. Each returns the exit status.
#ifndef HEDDLE_NAMERCTL_COMMANDS_SHIFT_COMMANDS_H_
#define HEDDLE_NAMERCTL_COMMANDS_SHIFT_COMMANDS_H_

#include <string>

#include "namerctl/client/shift_plan.h"
#include "namerctl/commands/context.h"

namespace heddle::namerctl {

// How a shift is waited for.
struct ShiftWait {
  bool wait = false;
  bool until_waiting = false;  // not through manual gates and pauses
};

struct ShiftStartArgs {
  ShiftPlan flags;   // what was given; wins over the file
  std::string file;  // "": none; "-": standard input
  std::string steps, manual;
  bool abort_on_disconnect = false;
  bool dry_run = false;
  ShiftWait wait;
  Note note;
};
int ShiftStart(Context& context, const ShiftStartArgs& args);

struct ShiftRuleArgs {
  std::string name;  // of the delegation table
  std::string prefix;
};

struct ShiftStatusArgs {
  ShiftRuleArgs rule;
  ShiftWait wait;
};
int ShiftStatus(Context& context, const ShiftStatusArgs& args);

struct ShiftActArgs {
  ShiftAction action = ShiftAction::kPromote;
  ShiftRuleArgs rule;
  std::string to;  // "": whatever it shifts to; else only a shift to this destination
  ShiftWait wait;
  Note note;
};
int ShiftAct(Context& context, const ShiftActArgs& args);

struct ShiftListArgs {
  std::string name;  // "": of all delegation tables
};
int ShiftList(Context& context, const ShiftListArgs& args);

struct ShiftHistoryArgs {
  ShiftRuleArgs rule;
  size_t limit = 20;
};
int ShiftHistory(Context& context, const ShiftHistoryArgs& args);

// What a shift is followed to: its end, or
struct FollowGoal {
  bool until_waiting = false;   // a manual gate (kDone) or a pause (kPaused)
  bool until_paused = false;    // a pause (kDone)
  bool undone_is_done = false;  // its end, where it is kDone that the rule is as it was
  size_t first = 0;             // of the transitions that are printed
};
// Follows `begun` and returns how it ended, as an exit status. Prints a line a change, below which a terminal
// shows where it stands; or JSON. Lives through restarts of namerd.
int FollowShift(Context& context, const ShiftView& begun, const FollowGoal& goal);

// "internal /host/world" with quotes where a shell needs them.
std::string RuleWords(const ShiftView& shift);
// The number of its last transition.
inline size_t LastTransition(const ShiftView& shift) {
  return shift.transitions.empty() ? 0 : shift.transitions.size() - 1;
}
// It is over, and the rule is as it was before.
bool IsUndone(const ShiftView& shift);
// The next step for an error about the shift of a rule; "" if there is none to tell.
std::string NextShiftStep(const absl::Status& status, const std::string& name, const std::string& prefix);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_COMMANDS_SHIFT_COMMANDS_H_
