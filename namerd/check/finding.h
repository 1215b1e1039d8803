// What is wrong with a dtab: as it is written, whatever service discovery says, but for kAbsentNow.
#ifndef HEDDLE_NAMERD_CHECK_FINDING_H_
#define HEDDLE_NAMERD_CHECK_FINDING_H_

#include <cstddef>
#include <string>
#include <vector>

#include "lib/dtab/dtab.h"

namespace heddle::namerd {

enum class FindingKind {
  kCircle,           // a name leads back to itself
  kShadowed,         // a later rule takes every name and never lets one through
  kDuplicate,        // a later rule says the same
  kNeverMatches,     // nothing leads to the prefix
  kDeadEnd,          // neither a rule nor a namer answers for the destination
  kAlternateUnused,  // an alternate before it always answers
  kWeights,          // weights that do not say what they seem to
  kAbsentNow,        // a destination that serves nobody now, where another way does
};
const char* FindingName(FindingKind kind);  // "circle", "shadowed", ...: for JSON

// An error breaks every name that meets the rule; a warning is worth a change; a note is worth knowing.
enum class Severity { kError, kWarning, kNote };
const char* SeverityName(Severity severity);  // "error", "warning", "note"

struct Finding {
  FindingKind kind;
  Severity severity;
  std::vector<size_t> rules;  // by their place in the dtab: the one it is about, then others that matter
  std::string message;        // of the first rule: "is never used: ..."
  std::string remedy;         // what to do about it
};
using Findings = std::vector<Finding>;

// "/svc=>/host" as findings quote it: shortened if it is long.
std::string QuoteRule(const Dentry& rule);
// The first `limit` bytes of it; at most 120.
std::string QuoteTree(const NameTree<Path>& tree, size_t limit);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_FINDING_H_
