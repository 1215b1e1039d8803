// What can be proven of rules without asking service discovery. Where nothing is proven the answer is no.
#ifndef HEDDLE_NAMERD_CHECK_PROOFS_H_
#define HEDDLE_NAMERD_CHECK_PROOFS_H_

#include <vector>

#include "lib/dtab/dtab.h"
#include "namerd/check/budget.h"
#include "namerd/check/rule_index.h"

namespace heddle::namerd {

// Follows lib/naming's evaluation: an alternate is tried when the one before it is absent, or has no
// endpoints, and not when it is in error.
class Proofs {
 public:
  struct Proof {
    bool stops = false;  // what would be tried next never is
    bool leads = false;  // always to a client with an endpoint; then it stops, too
  };

  // `namers`: the prefixes that namers answer for. All outlive it.
  Proofs(const Dtab& dtab, const RuleIndex& index, const std::vector<Path>& namers, Budget& budget)
      : dtab_(dtab),
        index_(index),
        namers_(namers),
        budget_(budget),
        of_rules_(dtab.size()),
        state_(dtab.size()) {}

  Proof OfRule(size_t rule) { return OfRule(rule, 0); }
  Proof OfTree(const NameTree<Path>& dst) { return OfTree(dst, 0); }

 private:
  enum class State : char { kNew, kUnderWay, kKnown };

  Proof OfRule(size_t rule, int depth);
  Proof OfTree(const NameTree<Path>& dst, int depth);
  Proof OfName(const Path& path, int depth);
  Proof OfBuiltIn(const Path& path) const;

  const Dtab& dtab_;
  const RuleIndex& index_;
  const std::vector<Path>& namers_;
  Budget& budget_;
  std::vector<Proof> of_rules_;
  std::vector<State> state_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_PROOFS_H_
