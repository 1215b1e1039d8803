// `namerctl shift ...`: arguments and help.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "namerctl/commands/arguments.h"

namespace heddle::namerctl {
namespace {

void AddPrefix(CLI::App* command, std::string& prefix) {
  command->add_option("prefix", prefix, "the rule's prefix, such as /host/world")
      ->required()
      ->check([](const std::string& given) {
        return std::string(given.empty() || given[0] != '/' ? "it does not begin with '/'" : "");
      });
}

void AddRule(CLI::App* command, ShiftRuleArgs& rule) {
  AddName(command, rule.name);
  AddPrefix(command, rule.prefix);
}

void AddWait(CLI::App* command, ShiftWait& wait, const char* what) {
  CLI::Option* waits = command->add_flag("--wait", wait.wait, what);
  command
      ->add_flag("--until-waiting", wait.until_waiting,
                 "with --wait: only to the next manual gate (exit status 0) or pause (8)")
      ->needs(waits);
}

// As CLI11 reads it, -3 would be 2^64 - 3.
std::string CheckCount(const std::string& given) {
  uint64_t count = 0;
  if (absl::SimpleAtoi(given, &count)) return "";
  return absl::StrCat("'", given, "' is no whole number, 0 or more; give one such as 50");
}

std::string CheckShare(const std::string& given) {
  double share = 0;
  if (absl::SimpleAtod(given, &share) && share >= 0 && share <= 1) return "";
  return absl::StrCat("'", given, "' is not from 0 to 1; write 99 % as 0.99");
}

constexpr char kWaitForEnd[] = "follow it to its end, which is the exit status";

void AddGates(CLI::App* start, ShiftPlan& plan) {
  constexpr char kGroup[] = "Gates, judged after each dwell";
  start->add_option("--min-success-rate", plan.min_success_rate, "of the new side, 0 to 1: 0.99")
      ->check(CheckShare)
      ->group(kGroup);
  start
      ->add_option("--min-relative-success-rate", plan.min_relative_success_rate,
                   "the new side's divided by the old side's, 0 to 1")
      ->check(CheckShare)
      ->group(kGroup);
  AddDuration(
      start, "--max-p99", "of the new side: 250ms", [&plan](Millis p99) { plan.max_p99 = p99; }, Millis(1))
      ->group(kGroup);
  start
      ->add_option("--max-relative-p99", plan.max_relative_p99,
                   "the new side's divided by the old side's: 1.5")
      ->check(CLI::PositiveNumber)
      ->group(kGroup);
  start
      ->add_option("--min-requests", plan.min_requests,
                   "to the new side before it is judged; the dwell goes on until then")
      ->check(CheckCount)
      ->group(kGroup);
  start->add_option("--on-failure", plan.on_failure, "what a gate that fails does: revert (default) or pause")
      ->check(CLI::IsMember({"revert", "pause"}))
      ->group(kGroup);
}

void AddStart(CLI::App& shift, Arguments& a) {
  ShiftStartArgs& args = a.shift_start;
  ShiftPlan& plan = args.flags;
  CLI::App* start =
      Add(shift, "start",
          "Shift a rule's traffic from its destination to another, step by step\n"
          "  namerctl shift start internal /host/world --to /srv/world-v2 --steps 10,50,100 \\\n"
          "    --dwell 30s --min-success-rate 0.99 --max-p99 250ms --min-requests 50 --wait",
          {"begin", "run"});
  AddName(start, plan.ns)->required(false);
  start->add_option("prefix", plan.prefix, "the rule's prefix, such as /host/world");
  start->add_option("-f,--file", args.file,
                    "the plan, YAML or JSON (- is standard input); flags win over it");
  start->add_option("--from", plan.from, "refuse unless the rule leads there now: /srv/world-v1");
  start->add_option("--to", plan.to, "where it is to lead: /srv/world-v2");
  start->add_option("--steps", args.steps, "percentages of the requests: 10,50,100");
  start->add_option("--manual", args.manual,
                    "steps after which `shift promote` is waited for: 10,50, or all");
  AddDuration(start, "--dwell", "how long each step is observed (default: 30s)",
              [&plan](Millis dwell) { plan.dwell = dwell; });
  AddDuration(start, "--deadline", "of all of it: then it is reverted (default: none)",
              [&plan](Millis deadline) { plan.deadline = deadline; });
  AddDuration(start, "--convergence", "how long a step waits for proxies that do not answer (default: 30s)",
              [&plan](Millis convergence) { plan.convergence = convergence; });
  start->add_flag("--abort-on-disconnect", args.abort_on_disconnect,
                  "with --wait: abort when nobody follows it any more");
  start
      ->add_flag("--dry-run", args.dry_run,
                 "show each step's rules and what they change for which names; store nothing")
      ->excludes(start->get_option("--abort-on-disconnect"));
  AddGates(start, plan);
  AddWait(start, args.wait, kWaitForEnd);
  AddNote(start, args.note);
  AddOutput(start, a);
  start->callback([&a] { a.run = [&a](Context& context) { return ShiftStart(context, a.shift_start); }; });
}

CLI::App* AddAction(CLI::App& shift, Arguments& a, const char* name, ShiftAction action, const char* what,
                    const char* wait) {
  CLI::App* command = Add(shift, name, what);
  AddRule(command, a.shift_act.rule);
  AddWait(command, a.shift_act.wait, wait);
  AddNote(command, a.shift_act.note);
  AddOutput(command, a);
  command->callback([&a, action] {
    if (a.shift_act.action != ShiftAction::kPromoteFull) a.shift_act.action = action;
    a.run = [&a](Context& context) { return ShiftAct(context, a.shift_act); };
  });
  return command;
}

void AddActions(CLI::App& shift, Arguments& a) {
  ShiftActArgs& args = a.shift_act;
  CLI::App* promote =
      AddAction(shift, a, "promote", ShiftAction::kPromote,
                "Go on to the next step: from a manual gate, a pause, or the midst of a dwell", kWaitForEnd);
  promote->add_flag_callback(
      "--full", [&args] { args.action = ShiftAction::kPromoteFull; },
      "straight to the end, without further gates");
  promote->add_option("--to", args.to, "refuse unless the shift is to this destination");
  AddAction(shift, a, "pause", ShiftAction::kPause, "Stay at the present weights, without judging",
            "until it is paused");
  AddAction(shift, a, "resume", ShiftAction::kResume, "Go on from a pause, with the step's dwell anew",
            kWaitForEnd);
  CLI::App* abort = AddAction(shift, a, "abort", ShiftAction::kAbort, "Put the rule back exactly as it was",
                              "until every proxy has it again");
  abort->add_option(
      "--to", args.to,
      "only a shift to this destination. It is done (exit status 0) when the rule is as it was,\n"
      "also if there is no such shift: for the clean-up of a pipeline");
}

void AddReaders(CLI::App& shift, Arguments& a) {
  CLI::App* status = Add(shift, "status", "Show where the latest shift of a rule stands", {"show", "get"});
  AddRule(status, a.shift_status.rule);
  AddWait(status, a.shift_status.wait, kWaitForEnd);
  AddOutput(status, a);
  status->callback([&a] { a.run = [&a](Context& context) { return ShiftStatus(context, a.shift_status); }; });

  CLI::App* list = Add(shift, "list", "List the latest shift of each rule", {"ls"});
  list->add_option("name", a.shift_list.name, "only of this delegation table");
  AddOutput(list, a);
  list->callback([&a] { a.run = [&a](Context& context) { return ShiftList(context, a.shift_list); }; });

  CLI::App* history = Add(shift, "history", "List the shifts of a rule, newest first", {"log"});
  AddRule(history, a.shift_history.rule);
  history->add_option("-n,--limit", a.shift_history.limit, "at most so many (default: 20)")
      ->check(CLI::Range(1, 100));
  AddOutput(history, a);
  history->callback(
      [&a] { a.run = [&a](Context& context) { return ShiftHistory(context, a.shift_history); }; });
}

}  // namespace

void AddShiftCommands(CLI::App& app, Arguments& a) {
  CLI::App* shift =
      Add(app, "shift", "Shift traffic from one destination to another, and back if it is worse");
  shift->require_subcommand(0, 1);
  AddStart(*shift, a);
  AddReaders(*shift, a);
  AddActions(*shift, a);
}

}  // namespace heddle::namerctl
