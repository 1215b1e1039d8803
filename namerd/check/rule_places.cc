#include "namerd/check/rule_places.h"

#include "lib/dtab/rule_spans.h"

namespace heddle::namerd {

std::vector<RulePlace> FindRulePlaces(absl::string_view text) {
  std::vector<RulePlace> places;
  const auto rules = ReadRules(text);
  if (!rules.ok()) return places;
  RulePlace place;
  size_t at = 0;  // of `text`: a line may have any number of rules
  for (const RuleInText& rule : *rules) {
    for (; at < rule.begin; ++at) {
      if (text[at] == '\n') {
        ++place.line;
        place.column = 1;
      } else if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80) {  // begins a character of UTF-8
        ++place.column;
      }
    }
    places.push_back(place);
  }
  return places;
}

}  // namespace heddle::namerd
