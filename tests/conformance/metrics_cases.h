// Features of metrics.json that are looked at in a running proxy.
#ifndef HEDDLE_TESTS_CONFORMANCE_METRICS_CASES_H_
#define HEDDLE_TESTS_CONFORMANCE_METRICS_CASES_H_

#include "tests/conformance/verdict.h"

namespace heddle::conformance {

void RunScopeValues(const Json& test, Verdict* verdict);
void RunCounters(const Json& test, Verdict* verdict);
void RunCatalogue(const Json& test, Verdict* verdict);
void RunDashboard(const Json& test, Verdict* verdict);
void RunAdminPage(const Json& test, Verdict* verdict);
// What is expected of the page itself.
void RunPrometheusPage(const Json& expect, Verdict* verdict);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_METRICS_CASES_H_
