#include "namerd/shift/shift.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"

namespace heddle::namerd {
namespace {

struct Named {
  ShiftPhase phase;
  const char* name;
  bool over;
};
constexpr std::array<Named, 10> kPhases = {{{ShiftPhase::kWriting, "writing", false},
                                            {ShiftPhase::kConverging, "converging", false},
                                            {ShiftPhase::kDwelling, "dwelling", false},
                                            {ShiftPhase::kWaiting, "waiting", false},
                                            {ShiftPhase::kPaused, "paused", false},
                                            {ShiftPhase::kPromoted, "promoted", true},
                                            {ShiftPhase::kReverted, "reverted", true},
                                            {ShiftPhase::kAborted, "aborted", true},
                                            {ShiftPhase::kExpired, "expired", true},
                                            {ShiftPhase::kConflicted, "conflicted", true}}};

const Named& NamedOf(ShiftPhase phase) {
  return *std::find_if(kPhases.begin(), kPhases.end(), [&](const Named& n) { return n.phase == phase; });
}

}  // namespace

const char* PhaseName(ShiftPhase phase) { return NamedOf(phase).name; }

std::optional<ShiftPhase> PhaseOf(absl::string_view name) {
  for (const Named& named : kPhases) {
    if (name == named.name) return named.phase;
  }
  return std::nullopt;
}

bool IsOver(ShiftPhase phase) { return NamedOf(phase).over; }

SideSummary Summarize(const TrafficCounts& counts) {
  SideSummary summary;
  summary.requests = counts.requests;
  summary.successes = counts.successes;
  // The commonest kinds by name.
  std::vector<std::pair<uint64_t, std::string>> kinds;
  for (const auto& [kind, count] : counts.failures) kinds.emplace_back(count, kind);
  std::sort(kinds.rbegin(), kinds.rend());
  for (size_t i = 0; i < kinds.size(); ++i) {
    summary.failures[i < SideSummary::kMaxKinds ? kinds[i].second : "others"] += kinds[i].first;
  }
  const auto quantile = [&](double q) { return static_cast<double>(counts.latency.Quantile(q)) / 1000; };
  summary.p50_ms = quantile(0.50);
  summary.p95_ms = quantile(0.95);
  summary.p99_ms = quantile(0.99);
  return summary;
}

std::string DestinationNow(const Shift& shift) {
  const ShiftTransition& now = shift.now();
  const bool undone = now.phase == ShiftPhase::kReverted || now.phase == ShiftPhase::kAborted ||
                      now.phase == ShiftPhase::kExpired;
  if (undone || shift.reverting_to.has_value()) return shift.original;
  return now.step < shift.plan.steps.size() ? DestinationAt(shift.plan, now.step) : shift.plan.to;
}

std::string ShiftKey(absl::string_view ns, absl::string_view prefix) {
  const auto parsed = ParsePrefix(prefix);
  // What Show writes has no space: two rules never have one key.
  return parsed.ok() ? absl::StrCat(ns, " ", parsed->Show()) : "";
}

}  // namespace heddle::namerd
