#include "absl/strings/str_cat.h"
#include "namerctl/commands/shift_commands.h"
#include "namerctl/output/shift_text.h"

namespace heddle::namerctl {
namespace {

template <class T>
void Override(const std::optional<T>& flag, std::optional<T>* value) {
  if (flag) *value = flag;
}

void Override(const std::string& flag, std::string* value) {
  if (!flag.empty()) *value = flag;
}

// The file's plan, with what the flags say instead.
absl::StatusOr<ShiftPlan> PlanOf(Context& context, const ShiftStartArgs& args) {
  ShiftPlan plan;
  if (!args.file.empty()) {
    ASSIGN_OR_RETURN(plan, ReadShiftPlan(args.file, context.env.in));
  }
  const ShiftPlan& flags = args.flags;
  Override(flags.ns, &plan.ns);
  Override(flags.prefix, &plan.prefix);
  Override(flags.from, &plan.from);
  Override(flags.to, &plan.to);
  Override(flags.dwell, &plan.dwell);
  Override(flags.deadline, &plan.deadline);
  Override(flags.convergence, &plan.convergence);
  Override(flags.min_success_rate, &plan.min_success_rate);
  Override(flags.min_relative_success_rate, &plan.min_relative_success_rate);
  Override(flags.max_relative_p99, &plan.max_relative_p99);
  Override(flags.max_p99, &plan.max_p99);
  Override(flags.min_requests, &plan.min_requests);
  Override(flags.on_failure, &plan.on_failure);
  if (args.abort_on_disconnect) plan.abort_on_disconnect = true;
  if (!args.steps.empty()) {
    auto percents = ParsePercents(args.steps);
    if (!percents.ok()) return Annotate(percents.status(), "--steps");
    plan.steps.clear();
    for (const double percent : *percents) plan.steps.push_back({percent, false});
  }
  if (!args.manual.empty()) RETURN_IF_ERROR(SetManual(args.manual, &plan.steps));
  return plan;
}

// What namerd could not tell by the names of flags.
absl::Status CheckGiven(const ShiftPlan& plan, const ShiftWait& wait) {
  const auto refuse = [](const char* message) { return absl::InvalidArgumentError(message); };
  if (plan.ns.empty()) return refuse("which delegation table? Give its name, or `namespace` in the file");
  if (plan.prefix.empty()) return refuse("which rule? Give its prefix, such as /host/world");
  if (plan.to.empty()) return refuse("where to? Give --to, such as --to /srv/world-v2");
  if (plan.steps.empty()) return refuse("in which steps? Give --steps, such as --steps 10,50,100");
  if (!plan.abort_on_disconnect.value_or(false)) return absl::OkStatus();
  if (!wait.wait) return refuse("--abort-on-disconnect needs --wait: nobody else would follow the shift");
  if (wait.until_waiting) {
    return refuse("--abort-on-disconnect does not go with --until-waiting, which ends before the shift does");
  }
  return absl::OkStatus();
}

int DryRun(Context& context, const ShiftPlan& plan) {
  const auto json = context.client.TryShift(plan);
  if (absl::IsInvalidArgument(json.status())) return FailUsage(context.env, json.status().message());
  if (!json.ok()) return Fail(context.env, json.status(), NextShiftStep(json.status(), plan.ns, plan.prefix));
  const auto shown = ShowDryRun(*json, StyleOf(context.env));
  if (!shown.ok()) return Fail(context.env, shown.status());
  context.env.out << (context.json ? *json + "\n" : shown->text);
  return shown->ok ? kDone : kRefused;
}

}  // namespace

int ShiftStart(Context& context, const ShiftStartArgs& args) {
  const auto plan = PlanOf(context, args);
  if (!plan.ok()) return FailUsage(context.env, plan.status().message());
  const absl::Status given = CheckGiven(*plan, args.dry_run ? ShiftWait{true, false} : args.wait);
  if (!given.ok()) return FailUsage(context.env, given.message(), "See: namerctl shift start --help");
  if (args.dry_run) return DryRun(context, *plan);
  const auto begun = context.client.StartShift(*plan, args.note);
  if (absl::IsInvalidArgument(begun.status())) return FailUsage(context.env, begun.status().message());
  if (!begun.ok()) {
    const int status =
        Fail(context.env, begun.status(), NextShiftStep(begun.status(), plan->ns, plan->prefix));
    if (status == kUnreachable) {
      context.env.err
          << "  If namerd was reached before that, the shift may have begun: namerctl shift list\n";
    }
    return status;
  }
  if (args.wait.wait) {
    FollowGoal goal;
    goal.until_waiting = args.wait.until_waiting;
    return FollowShift(context, *begun, goal);
  }
  if (context.json) {
    context.env.out << begun->json << "\n";
    return kDone;
  }
  context.env.out << "Started the shift of " << RuleWords(*begun) << " to " << begun->plan.to
                  << ". To follow it: namerctl shift status " << RuleWords(*begun) << " --wait\n";
  return kDone;
}

}  // namespace heddle::namerctl
