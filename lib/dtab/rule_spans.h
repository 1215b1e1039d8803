// Where the rules of a dtab stand in its text: for what edits the text and leaves the rest as it is.
#ifndef HEDDLE_LIB_DTAB_RULE_SPANS_H_
#define HEDDLE_LIB_DTAB_RULE_SPANS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/dtab/dtab.h"

namespace heddle {

// A rule and its bytes, counted from the start of the text: from `begin` on the prefix, from `dst_begin` up
// to `dst_end` the destination, without the white space and comments around it (those within are part of it).
struct RuleInText {
  Dentry rule;
  size_t begin = 0;
  size_t dst_begin = 0;
  size_t dst_end = 0;
};

// Reads what Dtab::Parse reads, with its errors.
absl::StatusOr<std::vector<RuleInText>> ReadRules(absl::string_view text);

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_RULE_SPANS_H_
