// The `failureAccrual` of a client.
#ifndef HEDDLE_PROXY_CONFIG_READ_ACCRUAL_H_
#define HEDDLE_PROXY_CONFIG_READ_ACCRUAL_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/breaker/accrual_config.h"

namespace heddle {

//   kind: io.l5d.consecutiveFailures   failures (required; 5 without failureAccrual)
//   kind: io.l5d.successRate           successRate (0 to 1), requests: both required
//   kind: io.l5d.successRateWindowed   successRate (0 to 1), window (seconds): both required
//   kind: none
// Each of them takes backoff: see ReadBackoff; without it, 5 s to 300 s, doubling, with jitter.
AccrualConfig ReadAccrual(const ConfigNode& node, ConfigErrors& errors);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_ACCRUAL_H_
