// The `service` of a router: what is done for a request, whatever its name leads to.
#ifndef HEDDLE_PROXY_CONFIG_READ_SERVICE_H_
#define HEDDLE_PROXY_CONFIG_READ_SERVICE_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/route/by_prefix.h"
#include "proxy/route/service_config.h"

namespace heddle {

//   kind: io.l5d.global     or io.l5d.static with `configs`, whose prefixes are of logical names
//   totalTimeoutMs          none
//   retries:                {budget, backoff: {kind: constant, ms: 0}}; see ReadBudget, ReadBackoff
//   responseClassifier:     {kind: io.l5d.http.nonRetryable5XX}, or of the kinds
//   io.l5d.http.retryableRead5XX,
//                           retryableIdempotent5XX, retryableAll5XX and allSuccessful
void ReadServices(const ConfigNode& node, ConfigErrors& errors, ByPrefix<ServiceConfig>* services);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_SERVICE_H_
