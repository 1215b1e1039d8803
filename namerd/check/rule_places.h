// Where the rules of a dtab's text begin.
#ifndef HEDDLE_NAMERD_CHECK_RULE_PLACES_H_
#define HEDDLE_NAMERD_CHECK_RULE_PLACES_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace heddle::namerd {

struct RulePlace {
  int line = 1;    // from 1
  int column = 1;  // from 1, in characters
};

// One for each rule of `text`, in order; none if it is no dtab.
std::vector<RulePlace> FindRulePlaces(absl::string_view text);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_RULE_PLACES_H_
