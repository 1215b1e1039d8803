// The `client` of a router: what is done with the endpoints that a name leads to.
#ifndef HEDDLE_PROXY_CONFIG_READ_CLIENT_H_
#define HEDDLE_PROXY_CONFIG_READ_CLIENT_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/balance/client_config.h"
#include "proxy/route/by_prefix.h"

namespace heddle {

//   kind: io.l5d.global         or io.l5d.static with `configs`, whose prefixes are of bound names
//   loadBalancer:               {kind: p2c}; see ReadBalancer
//   failureAccrual:             {kind: io.l5d.consecutiveFailures, failures: 5}; see ReadAccrual
//   hostConnectionPool:         {minSize: 0, maxSize, idleTimeMs: 60000, maxWaiters}, an endpoint and worker
//   clientSession:              {idleTimeMs: 60000, lifeTimeMs}
//   socketOptions:              see ReadSocketOptions
//   failFast: false
//   requestAttemptTimeoutMs     none
//   requeueBudget:              see ReadBudget
//   forwardClientCert: false
// An idle connection is closed after the idleTimeMs that was given last. `tls` is refused unless it is
// {enabled: false}.
void ReadClients(const ConfigNode& node, ConfigErrors& errors, ByPrefix<ClientConfig>* clients);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_CLIENT_H_
