#include "lib/namers/name_health.h"

#include <utility>

namespace heddle {

NamerStats::NamerStats(const Scope& scope)
    : set(scope),
      lookups(set.AddCounter({"lookups"})),
      updates(set.AddCounter({"updates"})),
      errors(set.AddCounter({"errors"})),
      names(set.AddGauge({"names"})),
      names_in_error(set.AddGauge({"names_in_error"})) {}

NameHealth::NameHealth(NamerStats& stats, Loop& loop) : stats_(stats), loop_(loop) { stats_.names.Add(1); }

NameHealth::~NameHealth() {
  stats_.names.Add(-1);
  if (in_error_) stats_.names_in_error.Add(-1);
}

void NameHealth::Succeeded() {
  last_success_at_ = loop_.clock().WallNow();
  if (std::exchange(in_error_, false)) stats_.names_in_error.Add(-1);
}

void NameHealth::Failed(const absl::Status& error) {
  last_error_ = error;
  last_error_at_ = loop_.clock().WallNow();
  stats_.errors.Increment();
  if (!std::exchange(in_error_, true)) stats_.names_in_error.Add(1);
}

}  // namespace heddle
