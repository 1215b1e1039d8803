// The rules of a dtab's text, for all shifts of its namespace: each looks at every version.
#ifndef HEDDLE_NAMERD_SHIFT_RULES_OF_H_
#define HEDDLE_NAMERD_SHIFT_RULES_OF_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/dtab/rule_spans.h"

namespace heddle::namerd {

using SharedRules = std::shared_ptr<const std::vector<RuleInText>>;

// As ReadRules. The text of a thread's last call is not read anew.
absl::StatusOr<SharedRules> RulesOf(const std::string& text);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_RULES_OF_H_
