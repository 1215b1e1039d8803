#include "namerd/shift/moves.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/utf8.h"
#include "namerd/shift/edit_rule.h"

namespace heddle::namerd {
namespace {

// A document has up to kMaxTransitions transitions, and is to stay far below what the store takes.
constexpr size_t kMaxReason = 1024;
constexpr size_t kMaxOriginal = 64u << 10;
constexpr size_t kMaxWordsBytes = 8u << 10;

std::string Cut(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  return absl::StrCat(Utf8(text.substr(0, limit)), "...");
}

std::string RuleAt(const Shift& shift, size_t step) {
  return step >= shift.plan.steps.size() ? shift.plan.to : DestinationAt(shift.plan, step);
}

// What the rule may lead to while `shift` is in kWriting and that write is not done: what is announced may
// have been written or not.
std::vector<std::string> Earlier(const Shift& shift) {
  std::vector<std::string> rules;
  for (size_t at = shift.transitions.size() - 1; at > 0; --at) {
    const ShiftTransition& before = shift.transitions[at - 1];
    if (before.phase != ShiftPhase::kWriting) {
      rules.push_back(RuleAt(shift, before.step));
      return rules;
    }
    rules.push_back(before.destination);
  }
  rules.push_back(shift.original);
  return rules;
}

ShiftMove MoveTo(const Shift& shift, ShiftPhase phase, std::string reason) {
  ShiftMove move;
  move.transition.phase = phase;
  if (!shift.transitions.empty()) move.transition.step = shift.now().step;
  move.transition.reason = std::move(reason);
  return move;
}

// "by ci: the build failed".
std::string ByWhom(const Change& change) {
  return absl::StrCat(change.author.empty() ? "" : absl::StrCat(" by ", Cut(change.author, 200)),
                      change.message.empty() ? "" : absl::StrCat(": ", Cut(change.message, 600)));
}

std::string Percent(const Shift& shift, size_t step) {
  return absl::StrCat(shift.plan.steps[step].percent, " %");
}

// "a, b and 3 more".
std::string Some(const std::vector<std::string>& names) {
  constexpr size_t kNamed = 5;
  const size_t named = std::min(names.size(), kNamed);
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + static_cast<ptrdiff_t>(named), ", "),
                      names.size() > named ? absl::StrCat(" and ", names.size() - named, " more") : "");
}

// " is live on all 3 proxies, after 12 ms".
std::string WhereLive(const Convergence& convergence) {
  const size_t all = convergence.following;
  std::string text = all == 0 ? " is stored, no proxy that is connected follows the namespace"
                     : convergence.complete()
                         ? absl::StrCat(" is live on ", all == 1 ? "the one proxy" : "all ",
                                        all == 1 ? "" : absl::StrCat(all, " proxies"))
                         : absl::StrCat(" is live on ", convergence.applied, " of ", all, " proxies");
  absl::StrAppend(&text, ", after ", convergence.took.count(), " ms");
  if (!convergence.complete()) absl::StrAppend(&text, "; not on ", Some(convergence.behind));
  if (!convergence.gone.empty()) absl::StrAppend(&text, "; gone meanwhile: ", Some(convergence.gone));
  return text;
}

constexpr std::pair<ShiftAction, const char*> kActions[] = {{ShiftAction::kPromote, "promote"},
                                                            {ShiftAction::kPromoteFull, "promote-full"},
                                                            {ShiftAction::kPause, "pause"},
                                                            {ShiftAction::kResume, "resume"},
                                                            {ShiftAction::kAbort, "abort"}};

bool Allows(const Shift& shift, ShiftAction action) {
  if (IsOver(shift.phase()) || shift.reverting_to.has_value()) return false;
  if (action == ShiftAction::kAbort) return true;
  if (shift.now().step >= shift.plan.steps.size()) return false;  // every gate has passed
  switch (shift.phase()) {
    case ShiftPhase::kConverging:
      return action == ShiftAction::kPromoteFull || action == ShiftAction::kPause;
    case ShiftPhase::kDwelling:
    case ShiftPhase::kWaiting:
      return action != ShiftAction::kResume;
    case ShiftPhase::kPaused:
      return action != ShiftAction::kPause;
    default:
      return false;
  }
}

absl::Status Refusal(const Shift& shift, ShiftAction action) {
  std::vector<std::string> allowed;
  const char* asked = "";
  for (const auto& [each, name] : kActions) {
    if (each == action) asked = name;
    if (Allows(shift, each)) allowed.emplace_back(name);
  }
  std::string state = PhaseName(shift.phase());
  if (shift.reverting_to.has_value() && !IsOver(shift.phase())) state = "going back to the rule before it";
  return absl::FailedPreconditionError(
      absl::StrCat(ShiftName(shift), " is ", state, ": ", asked, " is not possible then; ",
                   IsOver(shift.phase()) ? "it is over"
                   : allowed.empty()     ? "wait for it to end"
                                         : absl::StrCat("what is: ", absl::StrJoin(allowed, ", "))));
}

}  // namespace

Shift WithMove(Shift shift, const ShiftMove& move, int64_t now_ms) {
  ShiftTransition transition = move.transition;
  transition.time_ms = now_ms;
  transition.reason = Cut(transition.reason, kMaxReason);
  auto& all = shift.transitions;
  all.push_back(std::move(transition));
  if (all.size() > Shift::kMaxTransitions) {
    all.erase(all.begin(), all.end() - Shift::kMaxTransitions);
    shift.transitions_dropped = true;
  }
  if (move.reverting_to.has_value()) shift.reverting_to = move.reverting_to;
  if (move.baseline.has_value()) shift.baseline = move.baseline;
  return shift;
}

absl::StatusOr<Shift> BeginShift(ShiftPlan plan, const std::optional<Version>& dtab, const Change& change,
                                 VersionNumber id, int64_t now_ms) {
  RETURN_IF_ERROR(CheckPlan(plan));
  if (!dtab.has_value() || dtab->deleted) {
    return absl::NotFoundError(absl::StrCat("there is no dtab \"", plan.ns, "\""));
  }
  ASSIGN_OR_RETURN(std::string original, DestinationOf(dtab->value, plan.prefix));
  if (plan.from.empty()) {
    plan.from = original;
    RETURN_IF_ERROR(CheckPlan(plan));
  } else if (!SameDestination(original, plan.from)) {
    return absl::FailedPreconditionError(absl::StrCat("the rule ", plan.prefix, " of dtab \"", plan.ns,
                                                      "\" leads to ", Cut(original, 300), ", not to ",
                                                      Cut(plan.from, 300), " (from)"));
  }
  if (original.size() > kMaxOriginal) {
    return absl::InvalidArgumentError(
        absl::StrCat("what the rule ", plan.prefix, " leads to is longer than ", kMaxOriginal,
                     " bytes; take its comments out, or name a part of it by a rule of its own"));
  }
  if (change.author.size() + change.message.size() > kMaxWordsBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("author and message are longer than ", kMaxWordsBytes, " bytes together"));
  }
  Shift shift;
  shift.plan = std::move(plan);
  shift.original = std::move(original);
  shift.author = change.author;
  shift.message = change.message;
  shift.started_ms = now_ms;
  shift.id = id;
  std::string reason = absl::StrCat("started", ByWhom(change));
  const std::string later = OverriddenBy(dtab->value, shift.plan.prefix);
  if (!later.empty()) {
    absl::StrAppend(&reason, "; its names are first those of the later rule ", Cut(later, 300),
                    ": where that leads to a service, no step has an effect");
  }
  return WithMove(shift, Announce(shift, 0, std::move(reason)), now_ms);
}

bool CanLapse(const Shift& shift) {
  if (IsOver(shift.phase()) || shift.reverting_to.has_value()) return false;
  return shift.phase() != ShiftPhase::kConverging || shift.now().step < shift.plan.steps.size();
}

RuleCheck CheckRule(const Shift& shift, const std::optional<Version>& dtab) {
  using State = RuleCheck::State;
  if (!dtab.has_value() || dtab->deleted) {
    return {State::kForeign, absl::StrCat("the dtab \"", shift.plan.ns, "\" has been removed")};
  }
  const std::string by = ByWhom({dtab->change.author, "", ""});
  const auto rule = DestinationOf(dtab->value, shift.plan.prefix);
  if (!rule.ok()) {
    return {State::kForeign, absl::StrCat("the rule has been removed", by, ": ", rule.status().message())};
  }
  std::string expected = shift.now().destination;
  if (shift.phase() == ShiftPhase::kWriting) {
    if (*rule == expected) return {State::kInForce, ""};
    for (const std::string& earlier : Earlier(shift)) {
      if (SameDestination(*rule, earlier)) return {State::kEarlier, ""};
    }
    if (SameDestination(*rule, expected)) return {State::kEarlier, ""};
  } else {
    expected = DestinationNow(shift);
    if (SameDestination(*rule, expected)) return {State::kInForce, ""};
  }
  return {State::kForeign, absl::StrCat("the rule has been changed", by, ": it leads to ", Cut(*rule, 300),
                                        ", not to ", Cut(expected, 300))};
}

bool MayBeOvertaken(const Shift& shift) {
  const auto& all = shift.transitions;
  return all.size() > 1 && all[all.size() - 2].phase == ShiftPhase::kWriting;
}

ShiftMove Conflict(const Shift& shift, std::string reason) {
  return MoveTo(shift, ShiftPhase::kConflicted, std::move(reason));
}

ShiftMove Announce(const Shift& shift, size_t step, std::string reason) {
  ShiftMove move = MoveTo(shift, ShiftPhase::kWriting, std::move(reason));
  move.transition.step = step;
  move.transition.destination = RuleAt(shift, step);
  return move;
}

ShiftMove Revert(const Shift& shift, ShiftPhase end, std::string reason) {
  ShiftMove move = MoveTo(shift, ShiftPhase::kWriting, std::move(reason));
  move.transition.destination = shift.original;
  move.reverting_to = end;
  return move;
}

ShiftMove Written(const Shift& shift, VersionNumber dtab_version) {
  ShiftMove move =
      MoveTo(shift, ShiftPhase::kConverging,
             absl::StrCat(WhatIsWritten(shift), " is version ", dtab_version, " of dtab ", shift.plan.ns));
  move.transition.dtab_version = dtab_version;
  return move;
}

ShiftMove Converged(const Shift& shift, const Convergence& convergence) {
  ShiftPhase next = ShiftPhase::kDwelling;
  if (shift.now().step >= shift.plan.steps.size()) next = ShiftPhase::kPromoted;
  if (shift.reverting_to.has_value()) next = *shift.reverting_to;
  std::string reason = absl::StrCat(WhatIsWritten(shift), WhereLive(convergence));
  // Who sees only the end is to see why.
  const size_t count = shift.transitions.size();
  if (shift.reverting_to.has_value() && count > 1) {
    reason = absl::StrCat(shift.transitions[count - 2].reason, "; ", reason);
  }
  ShiftMove move = MoveTo(shift, next, std::move(reason));
  move.transition.convergence = convergence;
  return move;
}

Verdict BeforeOldGoes(const Shift& shift, Verdict verdict, const ShiftTraffic& traffic) {
  constexpr uint64_t kStragglers = 20;  // of proxies that do not run the step yet
  const bool all =
      shift.phase() == ShiftPhase::kDwelling && shift.plan.steps[shift.now().step].percent == 100;
  if (!all || verdict.kind != Verdict::Kind::kPass) return verdict;
  if (traffic.to.requests > 0 || traffic.from.requests < kStragglers) return verdict;
  return {Verdict::Kind::kTooFew,
          absl::StrCat(shift.plan.to, " has had none of the requests, ", shift.plan.from, " ",
                       traffic.from.requests, ": does it have endpoints?")};
}

std::optional<ShiftMove> Judged(const Shift& shift, const Verdict& verdict, const ShiftTraffic& traffic) {
  std::optional<ShiftMove> move;
  const size_t step = shift.now().step;
  if (verdict.kind == Verdict::Kind::kFail) {
    move = shift.plan.on_failure == OnFailure::kPause ? MoveTo(shift, ShiftPhase::kPaused, verdict.reason)
                                                      : Revert(shift, ShiftPhase::kReverted, verdict.reason);
  } else if (verdict.kind == Verdict::Kind::kPass && shift.phase() == ShiftPhase::kDwelling) {
    move = shift.plan.steps[step].manual
               ? MoveTo(shift, ShiftPhase::kWaiting, absl::StrCat(verdict.reason, "; waiting for promote"))
               : Announce(shift, step + 1, verdict.reason);
    if (traffic.from.requests >= std::max<uint64_t>(1, shift.plan.gates.min_requests)) {
      move->baseline = traffic;
    }
  }
  if (move.has_value()) move->transition.traffic = traffic;
  return move;
}

absl::StatusOr<ShiftMove> Acted(const Shift& shift, ShiftAction action, const Change& change) {
  if (!Allows(shift, action)) return Refusal(shift, action);
  const std::string by = ByWhom(change);
  const size_t step = shift.now().step;
  switch (action) {
    case ShiftAction::kPromote:
      return Announce(shift, step + 1, absl::StrCat("promoted from ", Percent(shift, step), by));
    case ShiftAction::kPromoteFull:
      return Announce(shift, shift.plan.steps.size(),
                      absl::StrCat("promoted from ", Percent(shift, step), " straight to the end", by));
    case ShiftAction::kPause:
      return MoveTo(shift, ShiftPhase::kPaused, absl::StrCat("paused at ", Percent(shift, step), by));
    case ShiftAction::kResume:
      return MoveTo(shift, ShiftPhase::kDwelling, absl::StrCat("resumed at ", Percent(shift, step), by));
    case ShiftAction::kAbort:
      break;
  }
  return Revert(shift, ShiftPhase::kAborted, absl::StrCat("aborted", by));
}

std::string WhatIsWritten(const Shift& shift) {
  if (shift.reverting_to.has_value()) return "the rule before the shift";
  const size_t step = shift.now().step;
  if (step >= shift.plan.steps.size()) return "the permanent rule";
  return absl::StrCat("step ", step + 1, " of ", shift.plan.steps.size(), ", ", Percent(shift, step));
}

std::string ShiftName(const Shift& shift) {
  return absl::StrCat("shift ", shift.id, " of ", Cut(shift.plan.prefix, 300));
}

std::string TransitionLine(const Shift& shift) {
  return absl::StrCat(ShiftName(shift), " in ", shift.plan.ns, ": ", PhaseName(shift.phase()), " (",
                      WhatIsWritten(shift), "): ", shift.now().reason);
}

}  // namespace heddle::namerd
