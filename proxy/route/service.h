// A service: what a worker keeps of a logical name that has led somewhere, across all rule changes.
#ifndef HEDDLE_PROXY_ROUTE_SERVICE_H_
#define HEDDLE_PROXY_ROUTE_SERVICE_H_

#include <utility>

#include "proxy/classify/request_stats.h"
#include "proxy/retry/budget.h"
#include "proxy/retry/retry_stats.h"
#include "proxy/route/service_config.h"

namespace heddle {

// One worker's. A request counts once, whatever the tries.
struct Service {
  // `scope`: rt/<router>/service/<name>.
  Service(ServiceConfig c, Nanos now, const Scope& scope)
      : config(std::move(c)),
        requests(scope, RequestStats::Detail::kPlain),
        retries(requests.set()),
        retry_budget(config.retry_budget, now) {
    retry_budget.ShowIn(&retries.budget);
  }

  const ServiceConfig config;
  RequestStats requests;
  RetryStats retries;
  RetryBudget retry_budget;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_SERVICE_H_
