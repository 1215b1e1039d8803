// What configures a service, a logical name: the keys of a router's `service`.
#ifndef HEDDLE_PROXY_ROUTE_SERVICE_CONFIG_H_
#define HEDDLE_PROXY_ROUTE_SERVICE_CONFIG_H_

#include "proxy/classify/classifier.h"
#include "proxy/retry/retry_config.h"

namespace heddle {

struct ServiceConfig {
  Millis total_timeout{0};      // totalTimeoutMs: all attempts and the waits between them; 0: none
  BudgetConfig retry_budget;    // retries.budget
  BackoffConfig retry_backoff;  // retries.backoff: before each retry
  ClassifierKind classifier = ClassifierKind::kNonRetryable5xx;  // responseClassifier
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_SERVICE_CONFIG_H_
