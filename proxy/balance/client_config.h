// What configures a client, what a bound name leads to: the keys of a router's `client`.
#ifndef HEDDLE_PROXY_BALANCE_CLIENT_CONFIG_H_
#define HEDDLE_PROXY_BALANCE_CLIENT_CONFIG_H_

#include "proxy/balance/balancer_config.h"
#include "proxy/endpoint/endpoint_config.h"
#include "proxy/retry/retry_config.h"

namespace heddle {

struct ClientConfig {
  EndpointConfig endpoint;    // hostConnectionPool, clientSession, socketOptions, failFast, failureAccrual
  BalancerConfig balancer;    // loadBalancer
  Millis attempt_timeout{0};  // requestAttemptTimeoutMs: of one attempt, from its sending to the end of the
                              // response's head; 0: none
  BudgetConfig
      requeue_budget;  // requeueBudget: tries after a connect that failed, or a connection that was stale
  // forwardClientCert: x-forwarded-client-cert of requests passes; else it is removed, as a stranger may have
  // made it up.
  bool forward_client_cert = false;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_CLIENT_CONFIG_H_
