// Waits between tries and budgets of tries, wherever they are configured.
#ifndef HEDDLE_PROXY_CONFIG_READ_RETRY_H_
#define HEDDLE_PROXY_CONFIG_READ_RETRY_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/retry/retry_config.h"

namespace heddle {

//   kind: constant   ms: 0
//   kind: jittered   minMs, maxMs: both required
BackoffConfig ReadBackoff(const ConfigNode& node, ConfigErrors& errors);

//   ttlSecs: 10 (1 to 60), minRetriesPerSec: 10, percentCanRetry: 0.2 (of the requests; 0 to 1000)
BudgetConfig ReadBudget(const ConfigNode& node, ConfigErrors& errors);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_RETRY_H_
