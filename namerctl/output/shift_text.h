// How traffic shifts are printed.
#ifndef HEDDLE_NAMERCTL_OUTPUT_SHIFT_TEXT_H_
#define HEDDLE_NAMERCTL_OUTPUT_SHIFT_TEXT_H_

#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "namerctl/client/shift_view.h"
#include "namerctl/output/style.h"

namespace heddle::namerctl {

// "reverted: p99 is 2 s"; "aborted by ada", where the reason itself begins so.
std::string PhaseAndReason(absl::string_view phase, absl::string_view reason);

// One change as a line: when, which step, what, why, with the proxies that are behind and the numbers.
std::string TransitionLine(const ShiftView& shift, const TransitionView& transition, const Style& style);

// Where it stands, for a terminal: a bar with step, weight and what is left of the dwell, then a line a side.
// `now`: since the Unix epoch.
std::vector<std::string> ProgressLines(const ShiftView& shift, Nanos now, const Style& style);

// All of it: where it stands, the plan, the numbers, every change.
std::string ShiftText(const ShiftView& shift, Nanos now, const Style& style);

// A line a shift: of several rules (`whole`: with namespace and prefix), or of the history of one; long
// authors and reasons are cut.
std::string ShiftTable(const std::vector<ShiftView>& shifts, bool whole, const Style& style);

// [{...}], as namerd gave them.
std::string ShiftsToJson(const std::vector<ShiftView>& shifts);

// What a dry run says of each step. `ok`: false if a name in use would be lost. Internal if it is none.
struct DryRunText {
  bool ok = true;
  std::string text;
};
absl::StatusOr<DryRunText> ShowDryRun(const std::string& json, const Style& style);

// "all 3 proxies run it after 12 ms", "1 of 3 proxies does not run it after 30 s: host-2", "no proxy follows
// it".
std::string ConvergenceText(const ConvergenceView& convergence);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_SHIFT_TEXT_H_
