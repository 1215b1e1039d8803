#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "namerctl/commands/shift_commands.h"
#include "namerctl/output/dtab_text.h"
#include "namerctl/output/shift_text.h"

namespace heddle::namerctl {
namespace {

// A shift that is over.
ExitStatus EndStatus(const ShiftView& shift) {
  if (shift.phase == "promoted") return kDone;
  if (shift.phase == "reverted") return kReverted;
  if (shift.phase == "aborted") return kAborted;
  return shift.phase == "expired" ? kExpired : kRefused;
}

std::string ShellWord(const std::string& word) {
  const bool plain = word.find_first_of("*'\"\\ $;&|<>()#~?[]") == std::string::npos;
  return plain ? word : absl::StrCat("'", word, "'");
}

class ShiftFollower {
 public:
  ShiftFollower(Context& context, const FollowGoal& goal)
      : context_(context), goal_(goal), block_(context.env.out) {}

  int Run(const ShiftView& begun) {
    shift_ = begun;
    Show(goal_.first);
    if (IsReached()) return Finish();
    const absl::Status ended = context_.client.FollowShift(
        begun.plan.ns, begun.plan.prefix, begun.plan.abort_on_disconnect.value_or(false),
        Follower{[this](absl::string_view line) { return OnLine(line); }, [this] { return OnTick(); },
                 [this](const absl::Status& why) { OnAway(why); }});
    block_.Erase();
    context_.env.out.flush();
    if (!broken_.ok()) return Fail(context_.env, broken_);
    if (lost_) return FinishLost();
    if (!ended.ok()) return FailToFollow(ended);
    if (IsReached()) return Finish();
    return Interrupted();
  }

 private:
  bool OnLine(absl::string_view line) {
    auto next = ParseShift(line);
    broken_ = next.status();
    if (!next.ok()) return false;
    lost_ = next->id != shift_.id;
    if (lost_) return false;
    // Of two namerds over one store, or after a restart, one may still be behind.
    if (VersionNumber(next->version) < VersionNumber(shift_.version)) return true;
    if (away_) context_.env.err << "namerctl: namerd is back\n";
    away_ = false;
    size_t fresh = next->transitions.size();
    while (fresh > 0 && !next->transitions[fresh - 1].IsSame(last_)) --fresh;
    shift_ = *std::move(next);
    Show(fresh);
    return !IsReached();
  }

  bool OnTick() {
    if (context_.env.interrupted() != 0) return false;
    Draw();
    return true;
  }

  void OnAway(const absl::Status& why) {
    away_ = true;
    block_.Erase();
    drawn_.clear();
    context_.env.err << "namerctl: " << Printable(why.message()) << "; waiting for it\n";
  }

  // The changes from number `first` on.
  void Show(size_t first) {
    if (first < shift_.transitions.size()) {
      last_ = shift_.transitions.back();
      block_.Erase();
      drawn_.clear();
      if (context_.json) {
        context_.env.out << shift_.json << "\n";
      } else {
        for (size_t i = first; i < shift_.transitions.size(); ++i) {
          context_.env.out << TransitionLine(shift_, shift_.transitions[i], StyleOf(context_.env)) << "\n";
        }
        if (!IsReached()) ShowHint();
      }
      context_.env.out.flush();
    }
    ShowStanding();
    Draw();
  }

  // Why it has not gone on, once a change: what keeps it, such as too few requests, is no change itself. A
  // terminal has it drawn.
  void ShowStanding() {
    if (context_.json || context_.env.terminal() || shift_.transitions.empty() || shift_.over) return;
    const TransitionView& now = shift_.transitions.back();
    if (now.reason == last_.reason || now.IsSame(told_)) return;
    told_ = now;
    context_.env.out << "  Not yet: " << Printable(absl::StripPrefix(now.reason, last_.reason + "; "))
                     << "\n";
    context_.env.out.flush();
  }

  void ShowHint() {
    if (shift_.phase == "waiting") {
      context_.env.out << "  It waits for a person: namerctl shift promote " << RuleWords(shift_)
                       << ", or abort\n";
    } else if (shift_.phase == "paused") {
      context_.env.out << "  To go on: namerctl shift resume " << RuleWords(shift_)
                       << ", or promote, or abort\n";
    }
  }

  void Draw() {
    const auto size = context_.env.terminal();
    if (!size || context_.json || away_ || IsReached()) return;
    auto lines = ProgressLines(shift_, context_.env.pace.clock->WallNow(), StyleOf(context_.env));
    if (lines == drawn_) return;
    block_.Draw(lines, *size);
    drawn_ = std::move(lines);
  }

  bool IsReached() const {
    if (shift_.over) return true;
    if (shift_.phase == "paused") return goal_.until_waiting || goal_.until_paused;
    return shift_.phase == "waiting" && goal_.until_waiting;
  }

  int Finish() {
    const std::string rule = RuleWords(shift_);
    if (!shift_.over) {
      const bool paused = shift_.phase == "paused";
      context_.env.err << "namerctl: to go on: namerctl shift " << (paused ? "resume " : "promote ") << rule
                       << "; to go back: namerctl shift abort " << rule << "\n";
      return paused && !goal_.until_paused ? kPaused : kDone;
    }
    if (goal_.undone_is_done && IsUndone(shift_)) return kDone;
    const ExitStatus status = EndStatus(shift_);
    if (status == kDone) return kDone;
    const bool conflict = shift_.phase == "conflicted";
    const std::string ended = conflict ? " has ended: " + shift_.reason
                              : shift_.phase == "expired"
                                  ? " has expired: " + shift_.reason
                                  : " was " + PhaseAndReason(shift_.phase, shift_.reason);
    const std::string outcome =
        absl::StrCat("the shift of ", shift_.plan.prefix, ended,
                     conflict ? "" : absl::StrCat("; it leads to ", shift_.original, " as before"));
    Fail(context_.env, absl::AbortedError(outcome), "See its numbers: namerctl shift status " + rule);
    return status;
  }

  // Another shift of the rule has begun, so that this one is over.
  int FinishLost() {
    const auto history = context_.client.ShiftHistory(shift_.plan.ns, shift_.plan.prefix, 100);
    if (!history.ok()) return FailToFollow(history.status());
    for (const ShiftView& past : *history) {
      if (past.id != shift_.id || !past.over) continue;
      shift_ = past;
      size_t fresh = past.transitions.size();
      while (fresh > 0 && !past.transitions[fresh - 1].IsSame(last_)) --fresh;
      Show(fresh);
      return Finish();
    }
    return Fail(
        context_.env,
        absl::AbortedError("another shift of this rule is under way, and how this one ended is not kept"),
        "See: namerctl shift history " + RuleWords(shift_));
  }

  int FailToFollow(const absl::Status& why) {
    const int status = Fail(context_.env, why, "See what there is: namerctl shift list");
    if (status == kUnreachable) {
      context_.env.err << "  The shift goes on where namerd runs. To follow it again: namerctl shift status "
                       << RuleWords(shift_) << " --wait\n";
    }
    return status;
  }

  int Interrupted() {
    const std::string rule = RuleWords(shift_);
    if (shift_.plan.abort_on_disconnect.value_or(false)) {
      Fail(context_.env,
           absl::CancelledError(absl::StrCat("interrupted; namerd aborts the shift of ", shift_.plan.prefix,
                                             " in a few seconds (--abort-on-disconnect)")),
           absl::StrCat("To keep it, follow it: namerctl shift status ", rule, " --wait"));
    } else {
      Fail(context_.env,
           absl::CancelledError(absl::StrCat("interrupted; the shift of ", shift_.plan.prefix, " goes on")),
           absl::StrCat("To go back: namerctl shift abort ", rule,
                        "; to follow it again: namerctl shift status ", rule, " --wait"));
    }
    return kInterrupted + context_.env.interrupted();
  }

  Context& context_;
  const FollowGoal goal_;
  LiveBlock block_;
  std::vector<std::string> drawn_;
  ShiftView shift_;      // as it was last told
  TransitionView last_;  // that was printed
  TransitionView told_;  // that it was told of why it has not gone on
  absl::Status broken_;
  bool lost_ = false;
  bool away_ = false;
};

}  // namespace

int FollowShift(Context& context, const ShiftView& begun, const FollowGoal& goal) {
  return ShiftFollower(context, goal).Run(begun);
}

std::string RuleWords(const ShiftView& shift) {
  return Printable(absl::StrCat(ShellWord(shift.plan.ns), " ", ShellWord(shift.plan.prefix)));
}

bool IsUndone(const ShiftView& shift) {
  return shift.phase == "reverted" || shift.phase == "aborted" || shift.phase == "expired";
}

std::string NextShiftStep(const absl::Status& status, const std::string& name, const std::string& prefix) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return absl::StrCat("See what there is: namerctl shift list; namerctl dtab list; namerctl dtab get ",
                          ShellWord(name));
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
      return absl::StrCat("See where it stands: namerctl shift status ", ShellWord(name), " ",
                          ShellWord(prefix), "; namerctl dtab get ", ShellWord(name));
    default:
      return "";
  }
}

}  // namespace heddle::namerctl
