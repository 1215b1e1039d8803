// How the explanation of a name is printed.
#ifndef HEDDLE_NAMERCTL_OUTPUT_EXPLAIN_TEXT_H_
#define HEDDLE_NAMERCTL_OUTPUT_EXPLAIN_TEXT_H_

#include <string>

#include "lib/base/status.h"
#include "namerctl/output/style.h"

namespace heddle::namerctl {

// `json`: what /api/1/delegate answers with detail=full. A sentence that says the outcome, then a tree: a
// line a step with the share of the requests and the rule that led to it; below it the endpoints, or why it
// is not taken. Internal if it is no explanation.
absl::StatusOr<std::string> ExplainText(const std::string& json, const Style& style);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_EXPLAIN_TEXT_H_
