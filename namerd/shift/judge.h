// Whether the new side is good enough. Pure.
#ifndef HEDDLE_NAMERD_SHIFT_JUDGE_H_
#define HEDDLE_NAMERD_SHIFT_JUDGE_H_

#include <string>

#include "namerd/shift/plan.h"
#include "namerd/shift/shift.h"

namespace heddle::namerd {

struct Verdict {
  enum class Kind {
    kPass,
    kFail,
    kTooFew,  // requests of the new side: look again later
  };
  Kind kind = Kind::kPass;
  // "success rate 0.812 of /srv/world-v2 is below 0.99 (812 of 1000 requests)"; what passed, for kPass.
  std::string reason;
};

// After a dwell. `baseline`: the old side's last summary with enough requests, for relative gates where the
// dwell's own has fewer than gates.min_requests (or none); null: there is none, then relative gates pass and
// the reason says so.
Verdict Judge(const ShiftPlan& plan, const ShiftTraffic& traffic, const SideSummary* baseline);

// During a dwell: kFail only if a success rate gate has failed beyond reasonable doubt already: the upper
// bound of the rate's confidence interval (Wilson 1927, z = 3) is below it, with at least min_requests (and
// not fewer than 20); for the relative gate, below the factor times the lower bound of the old side's. Else
// kTooFew.
Verdict JudgeEarly(const ShiftPlan& plan, const ShiftTraffic& traffic, const SideSummary* baseline);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_JUDGE_H_
