#include "proxy/breaker/accrual_stats.h"

namespace heddle {

AccrualStats::AccrualStats(MetricSet& set)
    : removals(set.AddCounter({"failure_accrual", "removals"})),
      revivals(set.AddCounter({"failure_accrual", "revivals"})),
      probes(set.AddCounter({"failure_accrual", "probes"})),
      removed_for_ms(set.AddCounter({"failure_accrual", "removed_for_ms"})) {}

void AccrualStats::CountChange(FailureAccrual::Change change, const FailureAccrual& of) {
  if (change == FailureAccrual::Change::kRevived) {
    revivals.Increment();
    return;
  }
  if (change == FailureAccrual::Change::kRemoved) removals.Increment();
  removed_for_ms.Increment(static_cast<uint64_t>(of.removed_for().count()));
}

}  // namespace heddle
