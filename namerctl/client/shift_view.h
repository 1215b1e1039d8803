// A shift as namerd tells it (namerd/http_api/README.md).
#ifndef HEDDLE_NAMERCTL_CLIENT_SHIFT_VIEW_H_
#define HEDDLE_NAMERCTL_CLIENT_SHIFT_VIEW_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "namerctl/client/shift_plan.h"

namespace heddle::namerctl {

struct SideView {
  uint64_t requests = 0;
  double success_rate = 1;
  double p50_ms = 0, p95_ms = 0, p99_ms = 0;
  std::map<std::string, uint64_t> failures;
};

struct TrafficView {
  SideView from, to;
};

// How far the fleet is with a version.
struct ConvergenceView {
  size_t following = 0, applied = 0;
  std::vector<std::string> behind;  // ids of proxies
  Millis took{0};
};

struct TransitionView {
  std::string time;  // RFC 3339
  std::string phase;
  size_t step = 0;  // from 0; as many as there are steps: the permanent rule, or the original one again
  double percent = 0;
  std::string reason;
  std::optional<ConvergenceView> convergence;
  std::optional<TrafficView> traffic;

  bool IsSame(const TransitionView& other) const {
    return time == other.time && phase == other.phase && step == other.step;
  }
};

struct ShiftView {
  std::string json;  // as namerd sent it
  uint64_t id = 0;
  std::string version, phase;
  bool over = false;
  size_t step = 0, steps = 0;
  double percent = 0;
  std::string rule, original;  // destinations: in force, and before the shift
  std::string reverting_to;    // "" unless it is being undone
  std::string reason, author, message, started, since;
  std::string dwell_ends;  // "" unless it dwells
  ShiftPlan plan;          // with `ns`
  std::optional<TrafficView> traffic;
  std::optional<ConvergenceView> convergence;
  std::vector<TransitionView> transitions;  // oldest first
};

// Internal if it is no shift, or no list of them.
absl::StatusOr<ShiftView> ParseShift(absl::string_view json);
absl::StatusOr<std::vector<ShiftView>> ParseShifts(absl::string_view json);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_SHIFT_VIEW_H_
