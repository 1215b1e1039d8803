#include "lib/dtab/rule_spans.h"

#include "lib/dtab/parser.h"

namespace heddle {

absl::StatusOr<std::vector<RuleInText>> ReadRules(absl::string_view text) {
  Parser parser(text);
  std::vector<RuleInText> rules;
  if (!parser.ReadRules(&rules) || !parser.ReadEnd()) return parser.error().ToStatus();
  return rules;
}

}  // namespace heddle
