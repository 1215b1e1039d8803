#include "namerd/shift/plan.h"

#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/dtab/dtab.h"
#include "namerd/shift/edit_rule.h"
#include "namerd/store/store.h"

namespace heddle::namerd {
namespace {

absl::Status Bad(absl::string_view what) { return absl::InvalidArgumentError(what); }

// The longest time that a plan may name: no sum of two of them is out of range anywhere.
constexpr Millis kLongest = std::chrono::hours(24 * 365);

absl::Status CheckTime(absl::string_view name, Millis time) {
  if (time >= Millis(0) && time <= kLongest) return absl::OkStatus();
  return Bad(absl::StrCat(name, " is ", time.count(), " ms: it may be 0 to 365 days"));
}

absl::Status CheckShare(absl::string_view name, const std::optional<double>& share) {
  if (!share.has_value() || (*share >= 0 && *share <= 1)) return absl::OkStatus();
  return Bad(absl::StrCat(name, " is ", *share, ": it may be 0 to 1, such as 0.99"));
}

absl::Status CheckGates(const ShiftGates& gates) {
  RETURN_IF_ERROR(CheckShare("gates.minSuccessRate", gates.min_success_rate));
  RETURN_IF_ERROR(CheckShare("gates.minRelativeSuccessRate", gates.min_relative_success_rate));
  if (gates.max_p99.has_value()) RETURN_IF_ERROR(CheckTime("gates.maxP99", *gates.max_p99));
  if (gates.max_p99 == Millis(0))
    return Bad("gates.maxP99 is 0 ms, which no request keeps: it may be 1 ms or more");
  const auto& factor = gates.max_relative_p99;
  if (factor.has_value() && !(*factor > 0 && *factor <= 1e6)) {
    return Bad(absl::StrCat("gates.maxRelativeP99 is ", *factor,
                            ": it may be more than 0, such as 1.5 for half as long again as the old side's"));
  }
  return absl::OkStatus();
}

// In units of the least share that a step may have. Weights are written in decimals: with finer shares, what
// they add up to is not 100.
double Units(double percent) { return percent * 1e4; }

absl::Status CheckSteps(const std::vector<ShiftStep>& steps) {
  if (steps.empty()) return Bad("steps is empty: it has the percentage of each step, such as [10, 50, 100]");
  if (steps.size() > ShiftPlan::kMaxSteps) {
    return Bad(absl::StrCat("steps has ", steps.size(), " of them: it may have ", ShiftPlan::kMaxSteps));
  }
  double before = 0;
  for (const ShiftStep& step : steps) {
    const double units = Units(step.percent);
    if (!(step.percent > 0 && step.percent <= 100) || std::abs(units - std::round(units)) > 1e-6) {
      return Bad(absl::StrCat("steps has ", step.percent,
                              ": a percentage is more than 0, at most 100, and has four decimals at most"));
    }
    if (step.percent <= before) {
      return Bad(absl::StrCat("steps has ", step.percent, " after ", before, ": percentages grow"));
    }
    before = step.percent;
  }
  return absl::OkStatus();
}

// A destination to or from which requests can be shifted.
absl::StatusOr<NameTree<Path>> ReadSide(absl::string_view name, const std::string& text) {
  if (text.size() > ShiftPlan::kMaxDestinationBytes) {
    return Bad(absl::StrCat("`", name, "` has ", text.size(), " bytes: it may have ",
                            ShiftPlan::kMaxDestinationBytes, "; give it a rule of its own, and name that"));
  }
  auto tree = ParseNameTree(text);
  if (!tree.ok()) return Annotate(tree.status(), absl::StrCat("`", name, "`"));
  bool leads = false;
  tree->ForEachLeaf([&leads](const Path&) { leads = true; });
  if (!leads)
    return Bad(absl::StrCat("`", name, "` is ", text, ", which leads nowhere: it has to lead to a path"));
  return tree;
}

// Whether each path of `part` is one of `whole`.
bool IsPartOf(const NameTree<Path>& part, const NameTree<Path>& whole) {
  std::set<Path> paths;
  whole.ForEachLeaf([&](const Path& path) { paths.insert(path); });
  bool all = true;
  part.ForEachLeaf([&](const Path& path) { all = all && paths.contains(path); });
  return all;
}

absl::Status CheckSides(const ShiftPlan& plan) {
  if (plan.to.empty()) return Bad("`to` is missing: where the rule is to lead, such as /srv/world-v2");
  ASSIGN_OR_RETURN(const auto to, ReadSide("to", plan.to));
  if (plan.from.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto from, ReadSide("from", plan.from));
  if (from == to) {
    return Bad(absl::StrCat("`from` and `to` are both ", Show(to), ": there is nothing to shift"));
  }
  const bool judged = plan.gates.any() || plan.gates.min_requests > 0;
  if (!judged || !IsPartOf(to, from)) return absl::OkStatus();
  return Bad(
      absl::StrCat("`from`, ", Show(from), ", leads to all of `to`, ", Show(to),
                   ": gates could not tell them apart; shift without gates, or set the rule to the old "
                   "side alone first"));
}

absl::Status CheckRule(const ShiftPlan& plan) {
  if (plan.ns.empty()) return Bad("the namespace is missing");
  if (plan.prefix.empty()) return Bad("`prefix` is missing: the rule's, such as /host/world");
  const auto prefix = ParsePrefix(plan.prefix);
  if (!prefix.ok()) return Annotate(prefix.status(), "`prefix`");
  if (plan.ns.size() + prefix->Show().size() > Store::kMaxKeyBytes) {
    return Bad(absl::StrCat("the namespace and `prefix` are too long together: they may have ",
                            Store::kMaxKeyBytes, " bytes"));
  }
  return absl::OkStatus();
}

// With four decimals at most.
std::string ShowPercent(double percent) {
  std::string text = absl::StrFormat("%.4f", percent);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// As a member of a union or an alternate.
std::string Member(const std::string& destination) {
  const auto tree = ParseNameTree(destination);
  if (!tree.ok()) return destination;
  const std::string shown = Show(*tree);
  return tree->is_alt() || tree->is_union() ? absl::StrCat("(", shown, ")") : shown;
}

}  // namespace

absl::Status CheckPlan(const ShiftPlan& plan) {
  RETURN_IF_ERROR(CheckRule(plan));
  RETURN_IF_ERROR(CheckSides(plan));
  RETURN_IF_ERROR(CheckSteps(plan.steps));
  RETURN_IF_ERROR(CheckGates(plan.gates));
  RETURN_IF_ERROR(CheckTime("dwell", plan.dwell));
  RETURN_IF_ERROR(CheckTime("deadline", plan.deadline));
  return CheckTime("convergence", plan.convergence);
}

std::string DestinationAt(const ShiftPlan& plan, size_t step) {
  const double percent = plan.steps[step].percent;
  const std::string from = Member(plan.from);
  const std::string to = Member(plan.to);
  if (percent == 100) return absl::StrCat(to, " | ", from);
  return absl::StrCat(ShowPercent(100 - percent), " * ", from, " & ", ShowPercent(percent), " * ", to);
}

}  // namespace heddle::namerd
