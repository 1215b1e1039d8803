// One rule's destination in the text of a dtab: read, and replaced without touching another byte (comments,
// order and spacing are the user's). Pure.
#ifndef HEDDLE_NAMERD_SHIFT_EDIT_RULE_H_
#define HEDDLE_NAMERD_SHIFT_EDIT_RULE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/dtab/rule_spans.h"

namespace heddle::namerd {

// The place of the last rule whose prefix is `prefix` (the one that wins). NotFound, naming the rules that
// take its names instead, if there is none; InvalidArgument if `prefix` is no prefix.
absl::StatusOr<size_t> FindRule(const std::vector<RuleInText>& rules, const std::string& prefix);

// The destination of that rule of `dtab` as it is written, without the white space and comments around it.
// Errors as FindRule; InvalidArgument if the text is no dtab, or the destination no UTF-8 (which the
// documents that keep it are).
absl::StatusOr<std::string> DestinationOf(const std::string& dtab, const std::string& prefix);

// `dtab` with that rule leading to `destination`, without what is around its tree. Errors as DestinationOf;
// InvalidArgument if `destination` is none. A second call with what DestinationOf said before the first gives
// the first `dtab` back, byte by byte.
absl::StatusOr<std::string> WithDestination(const std::string& dtab, const std::string& prefix,
                                            const std::string& destination);

// The last rule that comes after that rule and takes all of its names first, as text; empty if there is none.
// That rule has an effect only on names for which the later one leads nowhere.
std::string OverriddenBy(const std::string& dtab, const std::string& prefix);

// Whether two destinations as written mean the same (spacing, a trailing comment and 1-weights apart).
bool SameDestination(const std::string& a, const std::string& b);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_EDIT_RULE_H_
