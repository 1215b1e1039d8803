// The parts of FindProblems, a file a kind of problem. For namerd/check alone.
#ifndef HEDDLE_NAMERD_CHECK_FINDERS_H_
#define HEDDLE_NAMERD_CHECK_FINDERS_H_

#include "namerd/check/budget.h"
#include "namerd/check/find_problems.h"
#include "namerd/check/proofs.h"
#include "namerd/check/rule_index.h"

namespace heddle::namerd {

// What the finders work on, and where they put what they find.
struct Examination {
  const Dtab& dtab;
  const Surroundings& surroundings;
  const RuleIndex& index;
  Proofs& proofs;
  Budget& budget;
  Findings& findings;
  size_t& left_out;  // findings of a kind of which kMaxFindings are of earlier rules
};

// Names that lead back to themselves, whatever follows them.
void FindCircles(Examination& examination);
// Rules and alternates that something else is always taken before, and rules that are there twice.
void FindUnused(Examination& examination);
// Prefixes that nothing leads to, and destinations that nobody answers for.
void FindUnconnected(Examination& examination);
// Unions whose weights do not say what they seem to.
void FindOddWeights(Examination& examination);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_FINDERS_H_
