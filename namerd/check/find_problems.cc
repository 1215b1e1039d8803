#include "namerd/check/find_problems.h"

#include <algorithm>
#include <utility>

#include "namerd/check/finders.h"

namespace heddle::namerd {

Problems FindProblems(const Dtab& dtab, const Surroundings& surroundings) {
  Problems problems;
  Budget budget;
  const RuleIndex index(dtab, budget);
  Proofs proofs(dtab, index, surroundings.namers, budget);
  Examination examination{dtab, surroundings, index, proofs, budget, problems.findings, problems.left_out};
  FindOddWeights(examination);  // the cheap ones first, so that they are always complete
  FindUnconnected(examination);
  FindUnused(examination);
  FindCircles(examination);
  problems.complete = !budget.used_up();
  std::stable_sort(problems.findings.begin(), problems.findings.end(),
                   [](const Finding& a, const Finding& b) {
                     return std::pair(a.rules.front(), a.kind) < std::pair(b.rules.front(), b.kind);
                   });
  if (problems.findings.size() > kMaxFindings) {
    // Errors are what a caller acts upon.
    std::stable_partition(problems.findings.begin(), problems.findings.end(),
                          [](const Finding& finding) { return finding.severity == Severity::kError; });
    problems.left_out += problems.findings.size() - kMaxFindings;
    problems.findings.resize(kMaxFindings);
  }
  return problems;
}

}  // namespace heddle::namerd
