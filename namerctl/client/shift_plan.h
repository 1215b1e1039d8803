// What `namerctl shift start` asks for: put together from flags and a file.
#ifndef HEDDLE_NAMERCTL_CLIENT_SHIFT_PLAN_H_
#define HEDDLE_NAMERCTL_CLIENT_SHIFT_PLAN_H_

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/status.h"

namespace heddle::namerctl {

struct ShiftStep {
  double percent = 0;
  bool manual = false;
};

// As namerd takes it (POST /api/1/shifts/<namespace>); what is not given is left to namerd.
struct ShiftPlan {
  std::string ns;      // in the URL
  std::string prefix;  // "/host/world"
  std::string from, to;
  std::vector<ShiftStep> steps;
  std::optional<Millis> dwell, deadline, convergence;
  std::optional<double> min_success_rate, min_relative_success_rate, max_relative_p99;
  std::optional<Millis> max_p99;
  std::optional<uint64_t> min_requests;
  std::string on_failure;  // "revert", "pause" or ""
  std::optional<bool> abort_on_disconnect;
};

// The body of a start.
std::string ToJson(const ShiftPlan& plan);

// Reads a plan's file (YAML or JSON; "-" is `in`, standard input), whose keys are those of the body of a
// start, and `namespace`. InvalidArgument has every mistake on a line of its own, with file, line and key.
absl::StatusOr<ShiftPlan> ReadShiftPlan(const std::string& file, std::istream& in);

// "10,50,100", also with "%" behind. InvalidArgument says what is wrong.
absl::StatusOr<std::vector<double>> ParsePercents(absl::string_view text);

// Marks the steps that `text` names ("10,50", or "all") as manual. InvalidArgument for one that is no step.
absl::Status SetManual(absl::string_view text, std::vector<ShiftStep>* steps);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_SHIFT_PLAN_H_
