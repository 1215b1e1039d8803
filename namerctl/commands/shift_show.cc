#include "absl/strings/str_cat.h"
#include "namerctl/commands/shift_commands.h"
#include "namerctl/output/shift_text.h"

namespace heddle::namerctl {

int ShiftStatus(Context& context, const ShiftStatusArgs& args) {
  const auto shift = context.client.GetShift(args.rule.name, args.rule.prefix);
  if (!shift.ok()) {
    return Fail(context.env, shift.status(), NextShiftStep(shift.status(), args.rule.name, args.rule.prefix));
  }
  if (args.wait.wait) {
    FollowGoal goal;
    goal.until_waiting = args.wait.until_waiting;
    goal.first = LastTransition(*shift);
    return FollowShift(context, *shift, goal);
  }
  if (context.json) {
    context.env.out << shift->json << "\n";
  } else {
    context.env.out << ShiftText(*shift, context.env.pace.clock->WallNow(), StyleOf(context.env));
  }
  return kDone;
}

int ShiftList(Context& context, const ShiftListArgs& args) {
  const auto shifts = context.client.ListShifts(args.name);
  if (!shifts.ok()) return Fail(context.env, shifts.status());
  if (context.json) {
    context.env.out << ShiftsToJson(*shifts) << "\n";
  } else if (shifts->empty()) {
    context.env.out << "No shift" << (args.name.empty() ? "" : absl::StrCat(" in ", args.name)) << " yet.\n";
  } else {
    context.env.out << ShiftTable(*shifts, true, StyleOf(context.env));
  }
  return kDone;
}

int ShiftHistory(Context& context, const ShiftHistoryArgs& args) {
  const auto shifts = context.client.ShiftHistory(args.rule.name, args.rule.prefix, args.limit);
  if (!shifts.ok()) {
    return Fail(context.env, shifts.status(),
                NextShiftStep(shifts.status(), args.rule.name, args.rule.prefix));
  }
  context.env.out << (context.json ? ShiftsToJson(*shifts) + "\n"
                                   : ShiftTable(*shifts, false, StyleOf(context.env)));
  return kDone;
}

}  // namespace heddle::namerctl
