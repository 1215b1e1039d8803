// The `loadBalancer` of a client.
#ifndef HEDDLE_PROXY_CONFIG_READ_BALANCER_H_
#define HEDDLE_PROXY_CONFIG_READ_BALANCER_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/balance/balancer.h"

namespace heddle {

//   kind: p2c          maxEffort: 5
//   kind: ewma         maxEffort: 5, decayTimeMs: 10000
//   kind: aperture     maxEffort: 5, smoothWindowMs: 5000, lowLoad: 0.5, highLoad: 2.0, minAperture: 1
//   kind: heap
//   kind: roundRobin   maxEffort: 5
// Each of them takes enableProbation: false and, Heddle's own, panicThreshold: 0.25.
BalancerConfig ReadBalancer(const ConfigNode& node, ConfigErrors& errors);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_BALANCER_H_
