#include "namerd/shift/rules_of.h"

#include <utility>

namespace heddle::namerd {

absl::StatusOr<SharedRules> RulesOf(const std::string& text) {
  thread_local std::string last_text;
  thread_local SharedRules last;
  if (last != nullptr && text == last_text) return last;
  ASSIGN_OR_RETURN(auto rules, ReadRules(text));
  last = std::make_shared<const std::vector<RuleInText>>(std::move(rules));
  last_text = text;
  return last;
}

}  // namespace heddle::namerd
