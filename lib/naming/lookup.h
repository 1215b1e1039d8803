// One step of naming, as bindings and explanations both take it: which rules a path matches, and what the
// namers and the built-in names make of a path that no rule matches. Keeps the step budget. For lib/naming
// alone.
#ifndef HEDDLE_LIB_NAMING_LOOKUP_H_
#define HEDDLE_LIB_NAMING_LOOKUP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "lib/dtab/dtab.h"
#include "lib/naming/dependencies.h"
#include "lib/naming/namer.h"

namespace heddle {

// Lookups one after the other on the way to a client. Source: com.twitter.finagle.naming.namerMaxDepth.
inline constexpr int kMaxLookups = 100;
// Trees inside trees, over all lookups: bounds the stack.
inline constexpr int kMaxNesting = 500;
// Unions inside unions in a bound tree: three protobuf messages each, which protobuf reads to a depth of 100.
inline constexpr int kMaxUnionNesting = 20;
// A unit is a node, a label, or 32 bytes of a path. A name takes some ten units a step.
inline constexpr int64_t kBudget = 50000;
// What asking a namer takes of it, since a binding remembers whom it asked for what.
inline constexpr int64_t kNamerUnits = 200;

// The errors of more than kMaxNesting and kMaxUnionNesting.
absl::Status TooNested();
absl::Status TooManyUnions();

// For one round of a computation.
class Lookup {
 public:
  // All outlive it. The rules of `local` are tried before those of `base`.
  Lookup(const Dtab& base, const Dtab& local, const std::vector<PrefixedNamer>& namers,
         Dependencies& dependencies)
      : base_(base), local_(local), namers_(namers), dependencies_(dependencies) {}

  // The rules that match `path`, in the order in which they are to be tried.
  std::vector<const Dentry*> Rules(const Path& path);
  // What the namers and then the built-in /$/ names say.
  Activity<NameTree<Name>> Namers(const Path& path);
  bool IsVacant(const BoundName& leaf) { return dependencies_.IsVacant(leaf); }

  // Takes from the budget what one more node costs, and what looking up `path` costs. False, for ever, when
  // it is used up; then exhausted() says which rules used it.
  bool SpendNode() { return Spend(1); }
  bool SpendPath(const Path& path);
  const absl::Status& exhausted() const { return exhausted_; }

  // While `rule` is being followed. Errors name the rules on the way.
  class Following {
   public:
    Following(Lookup& lookup, const Dentry& rule) : lookup_(lookup) { lookup_.Enter(rule); }
    ~Following() { lookup_.Leave(); }
    Following(const Following&) = delete;
    Following& operator=(const Following&) = delete;

   private:
    Lookup& lookup_;
  };
  // The error of a path that is not at a client after kMaxLookups.
  absl::Status TooFar(const Path& path);

 private:
  struct Use {
    int all = 0;
    int on_way = 0;
    std::string shown;  // shortened; empty until an error names it
  };

  bool Spend(int64_t units);
  void Enter(const Dentry& rule);
  void Leave();
  const std::string& Shown(const Dentry* rule);
  std::string ShowRules(const std::vector<const Dentry*>& rules);
  Activity<NameTree<Name>> BuiltIn(const Path& path);

  const Dtab& base_;
  const Dtab& local_;
  const std::vector<PrefixedNamer>& namers_;
  Dependencies& dependencies_;
  int64_t spent_ = 0;
  absl::Status exhausted_;
  std::vector<const Dentry*> way_;
  size_t repeated_ = 0;  // rules that are on the way more than once
  absl::flat_hash_map<const Dentry*, Use> uses_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_LOOKUP_H_
