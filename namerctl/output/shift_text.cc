#include "namerctl/output/shift_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "namerctl/client/duration.h"
#include "namerctl/output/dtab_text.h"
#include "namerctl/output/rates.h"

namespace heddle::namerctl {
namespace {

using Cell = Columns::Cell;

constexpr size_t kBarWidth = 24;

Paint PaintOf(absl::string_view phase) {
  if (phase == "promoted") return Paint::kGood;
  if (phase == "reverted" || phase == "aborted" || phase == "expired" || phase == "conflicted")
    return Paint::kBad;
  return phase == "paused" || phase == "waiting" ? Paint::kBold : Paint::kNone;
}

// "1/3", or "end" for the rule that stays.
std::string StepText(size_t step, size_t steps) {
  return step < steps ? absl::StrCat(step + 1, "/", steps) : "end";
}

std::string Weight(double percent) { return Percent(percent / 100); }

// What is left of its dwell; nullopt if it does not dwell.
std::optional<Millis> DwellLeft(const ShiftView& shift, Nanos now) {
  absl::Time ends;
  std::string error;
  if (shift.dwell_ends.empty() || !absl::ParseTime(absl::RFC3339_full, shift.dwell_ends, &ends, &error)) {
    return std::nullopt;
  }
  // The clocks of two machines differ: it is never more than the dwell.
  const Millis left(absl::ToInt64Milliseconds(ends - absl::FromUnixNanos(now.count())));
  return std::clamp(left, Millis(0), shift.plan.dwell.value_or(Millis(0)));
}

// 0 to 1, by steps and the time in them.
double Done(const ShiftView& shift, Nanos now) {
  if (shift.phase == "promoted") return 1;
  if (shift.over || !shift.reverting_to.empty() || shift.steps == 0) return 0;
  double steps = static_cast<double>(shift.step);
  if (shift.phase == "waiting") steps += 1;
  const auto left = DwellLeft(shift, now);
  const Millis dwell = shift.plan.dwell.value_or(Millis(0));
  if (left && dwell > Millis(0)) {
    steps += 1 - static_cast<double>(left->count()) / static_cast<double>(dwell.count());
  }
  return std::clamp(steps / static_cast<double>(shift.steps), 0.0, 1.0);
}

std::string Bar(double done, const Style& style) {
  const auto full = static_cast<size_t>(done * kBarWidth);
  std::string bar;
  for (size_t i = 0; i < kBarWidth; ++i) {
    if (style.unicode) {
      absl::StrAppend(&bar, i < full ? "━" : "─");
    } else {
      absl::StrAppend(&bar, i < full ? "#" : "-");
    }
  }
  return absl::StrCat("[", bar, "]");
}

// "dwelling, 12 s left"
std::string Standing(const ShiftView& shift, Nanos now) {
  if (const auto left = DwellLeft(shift, now)) {
    if (*left > Millis(0)) {
      // Whole seconds, so that the line keeps still.
      return absl::StrCat("dwelling, ", ShowDuration(Millis((left->count() + 999) / 1000 * 1000)), " left");
    }
    return "dwelling, to be judged";
  }
  if (!shift.reverting_to.empty() && !shift.over)
    return absl::StrCat("going back (", shift.reverting_to, ")");
  return shift.phase;
}

// What follows the phase: "" or ": why"; of a reason that begins with the phase itself, the rest.
std::string BeyondPhase(absl::string_view phase, absl::string_view reason) {
  absl::string_view rest = reason;
  const bool says_it = absl::ConsumePrefix(&rest, phase) && (rest.empty() || !absl::ascii_isalnum(rest[0]));
  if (says_it || reason.empty()) return std::string(says_it ? rest : reason);
  return absl::StrCat(": ", reason);
}

std::string Behind(const ConvergenceView& convergence) {
  return Printable(absl::StrJoin(convergence.behind, ", "));
}

void AddSide(Columns& table, const std::string& name, const SideView& side) {
  const bool any = side.requests > 0;
  const auto right = [](std::string text) { return Cell{std::move(text), Paint::kNone, true}; };
  table.Add({{"  " + Printable(name)},
             right(Count(side.requests, "request")),
             {any ? SuccessRate(side.success_rate) + " successful" : "",
              side.success_rate < 1 ? Paint::kBad : Paint::kNone},
             {any ? "p99 " + ShowLatency(side.p99_ms) : ""}});
}

std::string StepsText(const ShiftPlan& plan) {
  return absl::StrJoin(plan.steps, ", ", [](std::string* out, const ShiftStep& step) {
    absl::StrAppend(out, Weight(step.percent), step.manual ? " (manual)" : "");
  });
}

std::string GatesText(const ShiftPlan& plan) {
  std::vector<std::string> gates;
  if (plan.min_success_rate) gates.push_back("success rate at least " + SuccessRate(*plan.min_success_rate));
  if (plan.min_relative_success_rate) {
    gates.push_back(SuccessRate(*plan.min_relative_success_rate) + " of the old side's success rate");
  }
  if (plan.max_p99) gates.push_back("p99 at most " + ShowDuration(*plan.max_p99));
  if (plan.max_relative_p99) {
    gates.push_back(absl::StrCat("p99 at most ", *plan.max_relative_p99, " times the old side's"));
  }
  if (plan.min_requests)
    gates.push_back(absl::StrCat(Count(*plan.min_requests, "request"), " before a verdict"));
  return gates.empty() ? "none" : absl::StrJoin(gates, "; ");
}

}  // namespace

std::string ConvergenceText(const ConvergenceView& convergence) {
  if (convergence.following == 0) return "no proxy follows it";
  const std::string took = ShowDuration(convergence.took);
  if (convergence.behind.empty()) {
    return convergence.following == 1
               ? absl::StrCat("the 1 proxy runs it after ", took)
               : absl::StrCat("all ", convergence.following, " proxies run it after ", took);
  }
  return absl::StrCat(convergence.behind.size(), " of ", convergence.following, " proxies ",
                      convergence.behind.size() == 1 ? "does" : "do", " not run it after ", took, ": ",
                      Behind(convergence));
}

std::string PhaseAndReason(absl::string_view phase, absl::string_view reason) {
  return absl::StrCat(phase, BeyondPhase(phase, reason));
}

std::string TransitionLine(const ShiftView& shift, const TransitionView& transition, const Style& style) {
  std::string line = absl::StrCat(TimeOfDay(transition.time), "  ", StepText(transition.step, shift.steps),
                                  "  ", Weight(transition.percent), "  ",
                                  Painted(style, PaintOf(transition.phase), Printable(transition.phase)),
                                  Printable(BeyondPhase(transition.phase, transition.reason)));
  if (transition.convergence && !absl::StrContains(transition.reason, Behind(*transition.convergence))) {
    absl::StrAppend(&line, " (behind: ", Behind(*transition.convergence), ")");
  }
  if (transition.traffic) {
    absl::StrAppend(&line, " [old: ", SideText(transition.traffic->from),
                    "; new: ", SideText(transition.traffic->to), "]");
  }
  return line;
}

std::vector<std::string> ProgressLines(const ShiftView& shift, Nanos now, const Style& style) {
  const std::string step =
      shift.step < shift.steps ? absl::StrCat("step ", shift.step + 1, " of ", shift.steps) : "the end";
  std::vector<std::string> lines{absl::StrCat(Bar(Done(shift, now), style), " ", step, ", ",
                                              Painted(style, Paint::kBold, Weight(shift.percent)), ": ",
                                              Printable(Standing(shift, now)))};
  if (shift.convergence && !shift.convergence->behind.empty()) {
    lines.push_back(Painted(style, Paint::kBad, "  behind: " + Behind(*shift.convergence)));
  }
  if (!shift.traffic) return lines;
  Columns table;
  AddSide(table, shift.plan.from, shift.traffic->from);
  AddSide(table, shift.plan.to, shift.traffic->to);
  const std::string shown = table.Show(style);
  const size_t end = shown.find('\n');
  lines.push_back(shown.substr(0, end));
  lines.push_back(shown.substr(end + 1, shown.size() - end - 2));
  return lines;
}

std::string ShiftText(const ShiftView& shift, Nanos now, const Style& style) {
  const ShiftPlan& plan = shift.plan;
  std::string text =
      absl::StrCat(Painted(style, Paint::kBold, Printable(absl::StrCat(plan.ns, " ", plan.prefix))), ": ",
                   Painted(style, PaintOf(shift.phase), Printable(Standing(shift, now))),
                   shift.reason.empty() ? "" : absl::StrCat(" (", Printable(shift.reason), ")"), "\n");
  Columns table;
  const auto add = [&table](const char* name, const std::string& value) {
    table.Add({{absl::StrCat("  ", name), Paint::kDim}, {Printable(value)}});
  };
  add("from", plan.from);
  add("to", plan.to);
  add("rule", absl::StrCat(plan.prefix, " => ", shift.rule));
  add("steps", absl::StrCat(StepsText(plan), shift.over || shift.step >= shift.steps
                                                 ? ""
                                                 : absl::StrCat("; now ", Weight(shift.percent))));
  add("dwell", ShowDuration(plan.dwell.value_or(Millis(0))));
  add("gates", absl::StrCat(GatesText(plan), plan.on_failure == "pause" ? "; a failure pauses it" : ""));
  if (plan.deadline) add("deadline", ShowDuration(*plan.deadline));
  add("started", absl::StrCat(DayAndTime(shift.started), shift.author.empty() ? "" : " by ", shift.author,
                              shift.message.empty() ? "" : ": ", shift.message));
  if (shift.convergence) add("proxies", ConvergenceText(*shift.convergence));
  absl::StrAppend(&text, table.Show(style));
  if (shift.traffic) {
    Columns sides;
    AddSide(sides, plan.from, shift.traffic->from);
    AddSide(sides, plan.to, shift.traffic->to);
    absl::StrAppend(&text, sides.Show(style));
  }
  for (const TransitionView& transition : shift.transitions) {
    absl::StrAppend(&text, TransitionLine(shift, transition, style), "\n");
  }
  return text;
}

std::string ShiftTable(const std::vector<ShiftView>& shifts, bool whole, const Style& style) {
  Columns table;
  const auto head = [](const char* text) { return Cell{text, Paint::kDim}; };
  std::vector<Cell> heads;
  if (whole) heads = {head("NAMESPACE"), head("RULE")};
  for (const char* text : {"ID", "PHASE", "STEP", "WEIGHT", "TO", "STARTED", "SINCE", "BY", "REASON"}) {
    heads.push_back(head(text));
  }
  table.Add(std::move(heads));
  for (const ShiftView& shift : shifts) {
    std::vector<Cell> row;
    if (whole) row = {{Printable(shift.plan.ns)}, {Printable(shift.plan.prefix)}};
    row.insert(row.end(), {{absl::StrCat(shift.id)},
                           {Printable(shift.phase), PaintOf(shift.phase)},
                           {StepText(shift.step, shift.steps)},
                           {Weight(shift.percent), Paint::kNone, true},
                           {Printable(shift.plan.to)},
                           {DayAndTime(shift.started)},
                           {DayAndTime(shift.since)},
                           {shift.author.empty() ? "-" : Cut(Printable(shift.author), kWidestAuthor)},
                           {Cut(Printable(shift.reason), kWidestReason)}});
    table.Add(std::move(row));
  }
  return table.Show(style);
}

std::string ShiftsToJson(const std::vector<ShiftView>& shifts) {
  return absl::StrCat(
      "[", absl::StrJoin(shifts, ",\n ", [](std::string* out, const ShiftView& s) { out->append(s.json); }),
      "]");
}

}  // namespace heddle::namerctl
