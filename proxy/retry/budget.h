// How many retries there may be: a share of the requests of the last seconds, and a few in any case. Keeps
// retries from multiplying the load of a service that fails. Source: com.twitter.finagle.service.RetryBudget
// (token bucket with a window of slices that expire).
#ifndef HEDDLE_PROXY_RETRY_BUDGET_H_
#define HEDDLE_PROXY_RETRY_BUDGET_H_

#include <array>
#include <cstdint>

#include "proxy/retry/retry_config.h"

namespace heddle {

// One worker's. O(1); nothing is allocated.
class RetryBudget {
 public:
  RetryBudget(const BudgetConfig& config, Nanos now);

  // A request (not a retry) has come.
  void Deposit(Nanos now);
  // A retry is wanted: true if there may be one, which is then spent.
  bool TryWithdraw(Nanos now);
  // Retries that there may be now.
  double Balance(Nanos now) const;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_RETRY_BUDGET_H_
