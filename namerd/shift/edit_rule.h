// One rule's destination in the text of a dtab: read, and replaced without touching another byte (comments,
// order and spacing are the user's). Pure.
#ifndef HEDDLE_NAMERD_SHIFT_EDIT_RULE_H_
#define HEDDLE_NAMERD_SHIFT_EDIT_RULE_H_

#include <string>

#include "lib/base/status.h"

namespace heddle::namerd {

// The destination, as written, of the last rule of `dtab` whose prefix is `prefix` (the one that wins).
// NotFound, naming the rules that match the prefix otherwise, if there is none; InvalidArgument if the text
// is no dtab.
absl::StatusOr<std::string> DestinationOf(const std::string& dtab, const std::string& prefix);

// `dtab` with that rule leading to `destination`. Errors as DestinationOf.
absl::StatusOr<std::string> WithDestination(const std::string& dtab, const std::string& prefix,
                                            const std::string& destination);

// Whether two destinations as written mean the same (spacing, a trailing comment and 1-weights apart).
bool SameDestination(const std::string& a, const std::string& b);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_EDIT_RULE_H_
