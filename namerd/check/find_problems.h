// Finds what is wrong with a dtab as it is written. A finding is worth acting on: what is merely unusual is
// none.
#ifndef HEDDLE_NAMERD_CHECK_FIND_PROBLEMS_H_
#define HEDDLE_NAMERD_CHECK_FIND_PROBLEMS_H_

#include <optional>
#include <vector>

#include "lib/dtab/dtab.h"
#include "namerd/check/finding.h"

namespace heddle::namerd {

// What there is beside the dtab.
struct Surroundings {
  std::vector<Path> namers;  // the prefixes that namers answer for, /$/inet among them
  // A namer may lead on to any other name (a rewrite), so that nothing can be said to lead nowhere.
  bool namers_lead_on = false;
  std::vector<Path> names;  // in use
  Dtab local;               // rules that followers of the names have of their own
};

struct Problems {
  Findings findings;     // by rule, then by kind; at most kMaxFindings
  size_t left_out = 0;   // of them
  bool complete = true;  // false: the dtab is so large that not all of it was looked at
};
inline constexpr size_t kMaxFindings = 200;

Problems FindProblems(const Dtab& dtab, const Surroundings& surroundings);

// Adds what is found otherwise, except of rules of which it is known already that they lead nowhere or are
// never used.
void AddFindings(Findings more, Problems& problems);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_FIND_PROBLEMS_H_
