#include "namerd/http_api/etag.h"

#include "absl/strings/numbers.h"

namespace heddle::namerd {

Expect ExpectOf(absl::string_view if_match) {
  if (if_match == "*") return Expect::Exists();
  return Expect::At(ParseETag(if_match).value_or(0));
}

std::optional<VersionNumber> ParseVersionNumber(absl::string_view text) {
  VersionNumber number = 0;
  if (!text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos) {
    if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
    return number;
  }
  return ParseETag(text);
}

}  // namespace heddle::namerd
