#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"
#include "namerctl/commands/shift_commands.h"
#include "namerctl/output/dtab_text.h"
#include "namerctl/output/shift_text.h"

namespace heddle::namerctl {
namespace {

// Whether two destinations mean the same, spacing apart.
bool IsSame(const std::string& a, const std::string& b) {
  const auto read = [](const std::string& text) { return Dtab::Parse(absl::StrCat("/x => ", text)); };
  const auto left = read(a), right = read(b);
  return left.ok() && right.ok() ? left->Show() == right->Show() : a == b;
}

int FailAction(Context& context, const absl::Status& status, const ShiftRuleArgs& rule) {
  return Fail(context.env, status, NextShiftStep(status, rule.name, rule.prefix));
}

// Prints that the rule does not lead to `to` without an abort, and returns kDone.
int NothingToAbort(Context& context, const std::string& why) {
  if (!context.json) context.env.out << "Nothing to abort: " << Printable(why) << "\n";
  return kDone;
}

// Of an action that is only for a shift to args.to: the exit status if there is nothing to do but to tell.
std::optional<int> CheckTo(Context& context, const ShiftActArgs& args) {
  const bool abort = args.action == ShiftAction::kAbort;
  const auto shift = context.client.GetShift(args.rule.name, args.rule.prefix);
  if (absl::IsNotFound(shift.status()) && abort) {
    return NothingToAbort(context, absl::StrCat("there has been no shift of ", args.rule.prefix));
  }
  if (!shift.ok()) return FailAction(context, shift.status(), args.rule);
  const std::string other = absl::StrCat("the shift of ", args.rule.prefix, " is to ", shift->plan.to);
  if (!IsSame(shift->plan.to, args.to)) {
    if (abort) return NothingToAbort(context, other);
    return FailAction(context, absl::FailedPreconditionError(absl::StrCat(other, ", not to ", args.to)),
                      args.rule);
  }
  if (abort && IsUndone(*shift)) {
    return NothingToAbort(
        context, absl::StrCat("the shift of ", args.rule.prefix, " to ", args.to, " was ", shift->phase));
  }
  return std::nullopt;
}

// The shift after the action. One that is being undone already has been aborted as much as can be.
absl::StatusOr<ShiftView> Act(Context& context, const ShiftActArgs& args) {
  auto shift = context.client.ActOnShift(args.rule.name, args.rule.prefix, args.action, args.note);
  const bool refused = absl::IsAlreadyExists(shift.status()) || absl::IsFailedPrecondition(shift.status());
  if (!refused || args.action != ShiftAction::kAbort) return shift;
  auto now = context.client.GetShift(args.rule.name, args.rule.prefix);
  const bool undone = now.ok() && !args.to.empty() && IsUndone(*now);
  return now.ok() && (undone || (!now->over && !now->reverting_to.empty())) ? now : shift;
}

}  // namespace

int ShiftAct(Context& context, const ShiftActArgs& args) {
  if (!args.to.empty()) {
    if (const auto status = CheckTo(context, args)) return *status;
  }
  const auto shift = Act(context, args);
  if (!shift.ok()) return FailAction(context, shift.status(), args.rule);
  if (args.wait.wait) {
    FollowGoal goal;
    goal.until_waiting = args.wait.until_waiting;
    goal.until_paused = args.action == ShiftAction::kPause;
    goal.undone_is_done = args.action == ShiftAction::kAbort && !args.to.empty();
    goal.first = LastTransition(*shift);
    return FollowShift(context, *shift, goal);
  }
  if (context.json) {
    context.env.out << shift->json << "\n";
  } else {
    for (size_t i = LastTransition(*shift); i < shift->transitions.size(); ++i) {
      context.env.out << TransitionLine(*shift, shift->transitions[i], StyleOf(context.env)) << "\n";
    }
  }
  return kDone;
}

}  // namespace heddle::namerctl
