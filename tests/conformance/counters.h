// Counters of /admin/metrics.json as cases expect them.
#ifndef HEDDLE_TESTS_CONFORMANCE_COUNTERS_H_
#define HEDDLE_TESTS_CONFORMANCE_COUNTERS_H_

#include <map>
#include <string>

#include "tests/conformance/case_proxy.h"

namespace heddle::conformance {

// By name: a number (0 also for a counter that is not there); the values a histogram has seen, as a list; or
// "histogram", one that has seen something.
using ExpectedCounters = std::map<std::string, Json>;

// Workers count after they have answered: it is waited for. Fails for what does not come to be.
void CheckCounters(const CaseProxy& proxy, const ExpectedCounters& expected, Verdict* verdict);

// The scope of the proxy's only server.
std::string ServerScope(const CaseProxy& proxy);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_COUNTERS_H_
