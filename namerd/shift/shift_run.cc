#include "namerd/shift/shift_run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "namerd/shift/documents.h"
#include "namerd/shift/edit_rule.h"

namespace heddle::namerd {
namespace {

constexpr Millis kMinRetry{100};
constexpr Millis kMaxRetry{10'000};
constexpr Millis kProgressLook{1000};  // of the proxies, for those who watch

bool SameState(const Shift& a, const Shift& b) {
  return a.now().time_ms == b.now().time_ms && a.phase() == b.phase() && a.now().step == b.now().step &&
         a.now().reason == b.now().reason && a.reverting_to == b.reverting_to;
}

}  // namespace

ShiftRun::ShiftRun(const ShiftWorld& world, ShiftPtr stored, size_t followers,
                   std::function<void(ShiftPtr)> publish)
    : world_(world),
      publish_(std::move(publish)),
      dtab_(store().WatchDocument(DocumentKind::kDtab, stored->plan.ns)),
      stored_(std::move(stored)),
      followers_(followers),
      backoff_(kMinRetry, kMaxRetry, stored_->id),
      lease_(world.loop, [this] { OnLease(); }),
      deadline_(world.loop, [this] { WatchDeadline(); }),
      disconnect_(world.loop, [this] { OnDisconnect(); }),
      converging_(world.loop,
                  [this] {
                    Converge();
                    Publish();
                  }),
      save_again_(world.loop, [this] { Save(); }),
      write_again_(world.loop, [this] { Write(); }) {}

ShiftRun::~ShiftRun() = default;

void ShiftRun::Follow(ShiftPtr stored) {
  const bool was_mine = mine();
  const bool same = state_ > 0 && SameState(*stored_, *stored);
  stored_ = std::move(stored);
  if (!same || was_mine != mine()) {
    Enter();
  } else {
    WatchLease();
    if (!mine()) save_again_.Cancel();  // its driver is still there
  }
  Publish();
}

void ShiftRun::SetFollowers(size_t followers) {
  const bool first = followers_ == 0 && followers > 0;
  followers_ = followers;
  WatchFollowers();
  // Whoever follows here counts only here.
  if (first && stored_->plan.abort_on_disconnect && !mine()) Save();
}

void ShiftRun::Enter() {
  ++state_;
  next_.reset();
  note_.clear();
  traffic_.reset();
  awaited_ = {};
  awaiting_.Cancel();
  observation_.reset();
  for (Timer* timer : {&deadline_, &converging_, &save_again_, &write_again_}) timer->Cancel();
  backoff_.Reset();
  WatchLease();
  WatchFollowers();
  if (mine()) {
    if (!following_dtab_.active()) {
      following_dtab_ = dtab_->Subscribe([this](const auto&) { OnDtab(); });
    }
    Drive();
  } else {
    following_dtab_.Cancel();
  }
}

void ShiftRun::Drive() {
  if (InConflict()) return;
  WatchDeadline();
  if (next_.has_value() || stored_->phase() == ShiftPhase::kPaused) return;
  if (stored_->phase() == ShiftPhase::kWriting) return Write();
  if (stored_->phase() == ShiftPhase::kConverging) return Converge();
  observation_ = std::make_unique<Observation>(
      world_.loop, world_.namespaces, world_.traffic, world_.collector, stored_->plan,
      [this](const ShiftTraffic& traffic, bool length_over) { OnTraffic(traffic, length_over); });
  awaited_ = {store().epoch(), dtab_->Get()->revision};
}

void ShiftRun::Write() {
  if (next_.has_value() || writing_) return;
  const std::optional<Version>& dtab = dtab_->Get();
  const RuleCheck rule = CheckRule(*stored_, dtab);
  if (rule.state == RuleCheck::State::kForeign) return Move(Conflict(*stored_, rule.reason));
  if (rule.state == RuleCheck::State::kInForce && !MayBeOvertaken(*stored_)) {
    return Move(Written(*stored_, dtab->number));
  }
  const ShiftPlan& plan = stored_->plan;
  auto text = WithDestination(dtab->value, plan.prefix, stored_->now().destination);
  if (!text.ok()) return Move(Conflict(*stored_, std::string(text.status().message())));
  writing_ = true;
  Change change{
      stored_->author,
      absl::StrCat(ShiftName(*stored_), ": ", WhatIsWritten(*stored_), " (", stored_->now().reason, ")"), ""};
  store().Put(DocumentKind::kDtab, plan.ns, *std::move(text), Expect::At(dtab->number), std::move(change),
              [this, alive = std::weak_ptr<bool>(alive_), state = state_](absl::StatusOr<Version> written) {
                if (alive.expired()) return;
                writing_ = false;
                OnWritten(state, written);
              });
}

void ShiftRun::OnWritten(uint64_t state, const absl::StatusOr<Version>& written) {
  if (!mine() || stored_->phase() != ShiftPhase::kWriting) return;
  if (state != state_ || LostRace(written.status())) return Write();
  if (!written.ok()) return Retry(write_again_, "the rule cannot be written", written.status());
  Move(Written(*stored_, written->number));
}

void ShiftRun::Converge() {
  converging_.Start(kProgressLook);
  if (awaiting_.active()) return;
  awaited_ = {store().epoch(), dtab_->Get()->revision};
  awaiting_ =
      world_.fleet.Await(stored_->plan.ns, awaited_, stored_->plan.convergence,
                         [this](const Convergence& convergence) { Move(Converged(*stored_, convergence)); });
}

void ShiftRun::OnTraffic(const ShiftTraffic& traffic, bool length_over) {
  traffic_ = traffic;
  if (next_.has_value()) return Publish();
  const SideSummary* baseline = stored_->baseline.has_value() ? &stored_->baseline->from : nullptr;
  const Verdict verdict = length_over
                              ? BeforeOldGoes(*stored_, Judge(stored_->plan, traffic, baseline), traffic)
                              : JudgeEarly(stored_->plan, traffic, baseline);
  if (auto move = Judged(*stored_, verdict, traffic)) return Move(*std::move(move));
  if (length_over) {
    note_ = verdict.reason;
    if (verdict.kind == Verdict::Kind::kPass) observation_->Renew();
  }
  Publish();
}

void ShiftRun::OnDtab() {
  if (!following_dtab_.active()) return;  // still subscribing: Enter looks by itself
  if (stored_->phase() == ShiftPhase::kWriting) return Write();
  (void)InConflict();
}

bool ShiftRun::InConflict() {
  const RuleCheck rule = CheckRule(*stored_, dtab_->Get());
  if (rule.state != RuleCheck::State::kForeign) return false;
  Move(Conflict(*stored_, rule.reason));
  return true;
}

void ShiftRun::WatchDeadline() {
  const Millis deadline = stored_->plan.deadline;
  if (deadline == Millis(0) || !CanLapse(*stored_)) return;
  const Millis left = Millis(stored_->started_ms - world_.NowMs()) + deadline;
  if (left > Millis(0)) return deadline_.Start(left);
  Undo(ShiftPhase::kExpired, absl::StrCat("its deadline of ", deadline.count() / 1000,
                                          " s came before its end", note_.empty() ? "" : "; ", note_));
}

void ShiftRun::WatchFollowers() {
  if (!stored_->plan.abort_on_disconnect || !mine() || !CanLapse(*stored_) || followers_ > 0) {
    return disconnect_.Cancel();
  }
  if (!disconnect_.running()) disconnect_.Start(Shifts::kAttendGrace);
}

void ShiftRun::OnDisconnect() {
  Undo(ShiftPhase::kAborted, absl::StrCat("nobody has followed it for ", Shifts::kAttendGrace.count() / 1000,
                                          " s, and it was to be aborted then"));
}

void ShiftRun::Undo(ShiftPhase end, std::string reason) {
  if (next_.has_value() && next_->transition.phase == ShiftPhase::kConflicted) return;
  ShiftMove move = Revert(*stored_, end, std::move(reason));
  move.transition.traffic = traffic_;
  Move(std::move(move));
}

void ShiftRun::Publish() {
  Shift live = *stored_;
  if (!note_.empty()) absl::StrAppend(&live.transitions.back().reason, "; ", note_);
  live.now_traffic = traffic_;
  if (observation_ != nullptr && live.phase() == ShiftPhase::kDwelling) {
    live.dwell_ends_ms = observation_->ends_ms();
  }
  if (awaited_.revision > 0) live.now_convergence = world_.fleet.ProgressOf(live.plan.ns, awaited_);
  publish_(std::make_shared<const Shift>(std::move(live)));
}

void ShiftRun::Move(ShiftMove move) {
  next_ = std::move(move);
  Save();
}

void ShiftRun::Save() {
  if (saving_) return;
  saving_ = true;
  save_again_.Cancel();
  const int64_t now = world_.NowMs();
  Shift shift = *stored_;
  std::string line;
  if (next_.has_value()) {
    shift = WithMove(std::move(shift), *next_, now);
    line = TransitionLine(shift);
  }
  shift.driver = world_.driver;
  shift.lease_ms =
      now + std::clamp<int64_t>(2 * (now - shift.now().time_ms), kLease.count(), kMaxLease.count());
  std::string author = shift.author;
  PutShift(store(), std::move(shift), std::move(author),
           [this, alive = std::weak_ptr<bool>(alive_), version = stored_->version,
            line = std::move(line)](const absl::StatusOr<Version>& saved) {
             if (saved.ok() && !line.empty()) Log(LogLevel::kInfo) << line;
             if (alive.expired()) return;  // the shift is over
             saving_ = false;
             OnSaved(version, saved.status());
           });
}

void ShiftRun::OnSaved(VersionNumber version, const absl::Status& status) {
  if (status.ok() || stored_->version != version) {
    if (next_.has_value()) Save();  // it came up meanwhile
    return;
  }
  Retry(save_again_, "this cannot be stored", status);
}

void ShiftRun::WatchLease() {
  const Millis left = std::max(Millis(0), Millis(stored_->lease_ms - world_.NowMs()));
  lease_.Start(mine() ? left / 2 : left);
}

void ShiftRun::OnLease() {
  if (!mine() && stored_->lease_ms > world_.NowMs()) return WatchLease();  // the wall clock was set back
  Save();
}

void ShiftRun::Retry(Timer& timer, absl::string_view what, const absl::Status& status) {
  const Millis wait = backoff_.Next();
  timer.Start(wait);
  note_ = absl::StrCat(what, ", tried again in ", wait.count(), " ms: ", status.message());
  Log(LogLevel::kWarning) << ShiftName(*stored_) << " in " << stored_->plan.ns << ": " << note_;
  Publish();
}

}  // namespace heddle::namerd
