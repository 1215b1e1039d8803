#include "namerd/check/find_problems.h"

#include <algorithm>
#include <set>
#include <utility>

#include "namerd/check/finders.h"

namespace heddle::namerd {
namespace {

// Sorts them, and leaves out those that are too many.
void Arrange(Problems& problems) {
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
}

}  // namespace

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
  Arrange(problems);
  return problems;
}

void AddFindings(Findings more, Problems& problems) {
  std::set<size_t> known;
  for (const Finding& finding : problems.findings) {
    if (finding.kind == FindingKind::kDeadEnd) known.insert(finding.rules.begin(), finding.rules.end());
    if (finding.kind <= FindingKind::kDuplicate) known.insert(finding.rules.front());
  }
  for (Finding& finding : more) {
    if (known.count(finding.rules.front()) == 0) problems.findings.push_back(std::move(finding));
  }
  Arrange(problems);
}

}  // namespace heddle::namerd
