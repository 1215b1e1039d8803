// What a traffic shift is to do: the part of a shift that a person or a pipeline gives.
#ifndef HEDDLE_NAMERD_SHIFT_PLAN_H_
#define HEDDLE_NAMERD_SHIFT_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/status.h"

namespace heddle::namerd {

struct ShiftStep {
  // Of the requests that go to the new side: > 0, <= 100, of four decimals at most, growing from step to
  // step.
  double percent = 0;
  bool manual = false;  // once its gates have passed, wait for `promote`
  friend bool operator==(const ShiftStep&, const ShiftStep&) = default;
};

// What the new side has to be like in a step's dwell. A gate that is not given is not judged.
struct ShiftGates {
  std::optional<double> min_success_rate;           // 0 to 1
  std::optional<double> min_relative_success_rate;  // new side's rate / old side's: 0 to 1
  std::optional<Millis> max_p99;
  std::optional<double> max_relative_p99;  // new side's p99 / old side's: > 0
  // Of the new side, before there is a verdict: the dwell goes on until then. Where there is a gate, at least
  // 1: nobody's requests do not pass it.
  uint64_t min_requests = 0;
  // Whether anything is judged.
  bool any() const { return min_success_rate || min_relative_success_rate || max_p99 || max_relative_p99; }
  friend bool operator==(const ShiftGates&, const ShiftGates&) = default;
};

enum class OnFailure { kRevert, kPause };

// The rule of namespace `ns` whose prefix is `prefix` leads to `from`; step by step it comes to lead to `to`.
struct ShiftPlan {
  std::string ns;
  std::string prefix;  // as in the dtab: "/host/world"; "*" allowed
  std::string from;    // a destination as in a dtab; "": what the rule has when the shift begins
  std::string to;
  std::vector<ShiftStep> steps;
  Millis dwell{30'000};
  ShiftGates gates;
  Millis deadline{0};  // of the whole shift, from its start; 0: none
  Millis convergence{
      30'000};  // how long a step waits for proxies that do not acknowledge: then it names them and goes on
  OnFailure on_failure = OnFailure::kRevert;
  bool abort_on_disconnect = false;  // abort when nobody has followed it (Shifts::Attend) for kAttendGrace
  friend bool operator==(const ShiftPlan&, const ShiftPlan&) = default;

  static constexpr size_t kMaxSteps = 100;
  static constexpr size_t kMaxDestinationBytes = 4096;  // each of `from` and `to`
};

// InvalidArgument names the field and what it may be. Parses `prefix`, `from` and `to`; refuses `from` and
// `to` that are equal or lead nowhere (~, !, $), a `to` that could not be judged since `from` leads there,
// too, no steps, steps that do not grow, rates, factors and times out of range.
absl::Status CheckPlan(const ShiftPlan& plan);

// The destination that the rule has in step `step`: "90 * /srv/v1 & 10 * /srv/v2"; in a step of 100 %
// "/srv/v2 | /srv/v1", so that the old side still stands by. An alternate or union is put in parentheses;
// comments are left out. REQUIRES: CheckPlan is OK and plan.from is not empty.
std::string DestinationAt(const ShiftPlan& plan, size_t step);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_PLAN_H_
