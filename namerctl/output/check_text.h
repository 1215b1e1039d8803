// How namerd's report on a dtab is printed.
#ifndef HEDDLE_NAMERCTL_OUTPUT_CHECK_TEXT_H_
#define HEDDLE_NAMERCTL_OUTPUT_CHECK_TEXT_H_

#include <string>

#include "lib/base/status.h"
#include "namerctl/output/style.h"

namespace heddle::namerctl {

struct CheckText {
  bool ok = false;     // no name in use would be lost, and nothing is an error
  std::string report;  // all of it: findings, then what would change, then a sentence
  std::string lost;    // the names in use that would be lost alone, with before and after; may be empty
};

// `json`: what /api/1/check answers. `file`: what the findings' places are in. Internal if it is no report.
absl::StatusOr<CheckText> ShowCheck(const std::string& json, const std::string& file, const Style& style);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_CHECK_TEXT_H_
