// How many retries there may be: a share of the requests of the last seconds, and a few in any case. Keeps
// retries from multiplying the load of a service that fails. Source: com.twitter.finagle.service.RetryBudget,
// com.twitter.util.{TokenBucket.newLeakyBucket, WindowedAdder}.
//
//    Deposit + percent      TryWithdraw - 1
//          └──────┬──────────────┘
//    ┌────┬────┬──▼─┐
//    │ 3.2│-1.0│ 0.4│  ttl, in ten slices; a slice that is older than ttl expires, deposits and retries alike
//    └────┴────┴────┘
//    balance = the sum + the reserve (minRetriesPerSec * ttl)
#ifndef HEDDLE_PROXY_RETRY_BUDGET_H_
#define HEDDLE_PROXY_RETRY_BUDGET_H_

#include <array>
#include <cstdint>

#include "lib/stats/metric.h"
#include "proxy/retry/retry_config.h"

namespace heddle {

// One worker's. O(1); nothing is allocated. `now` never goes back.
class RetryBudget {
 public:
  RetryBudget(const BudgetConfig& config, Nanos now);

  // Shows the balance, as of the last slice or withdrawal. The gauge outlives the budget.
  void ShowIn(Gauge* gauge);

  // A request (not a retry) has come.
  void Deposit(Nanos now) {
    if (now >= slice_end_) Advance(now);
    slices_[current_] += deposit_;
    sum_ += deposit_;
  }
  // A retry is wanted: true if there may be one, which is then spent.
  bool TryWithdraw(Nanos now);
  // Retries that there may be now; 0 and more.
  double Balance(Nanos now) const;

 private:
  static constexpr size_t kSlices = 10;

  void Advance(Nanos now);
  void Show();

  Nanos slice_;  // the length of one
  Nanos slice_end_;
  // Millionths of a retry, so that sums are exact.
  int64_t deposit_;
  int64_t reserve_;
  int64_t sum_ = 0;  // of the slices
  std::array<int64_t, kSlices> slices_{};
  uint32_t current_ = 0;
  Gauge* gauge_ = nullptr;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_RETRY_BUDGET_H_
