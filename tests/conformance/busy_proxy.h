// A proxy that has had requests of each kind: what the catalogue of metrics and dashboards are read from.
#ifndef HEDDLE_TESTS_CONFORMANCE_BUSY_PROXY_H_
#define HEDDLE_TESTS_CONFORMANCE_BUSY_PROXY_H_

#include "tests/conformance/case_proxy.h"

namespace heddle::conformance {

// The same one each time. Its services: web, at the back end; away, at an endpoint that was away for a while;
// nowhere, at endpoints of which none can be reached.
CaseProxy& BusyProxy();

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_BUSY_PROXY_H_
