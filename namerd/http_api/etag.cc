#include "namerd/http_api/etag.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace heddle::namerd {

std::string ETagOf(VersionNumber number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return absl::Base64Escape(bytes);
}

std::optional<VersionNumber> ParseETag(absl::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  std::string bytes;
  if (text.size() != 12 || !absl::Base64Unescape(text, &bytes) || bytes.size() != 8) return std::nullopt;
  VersionNumber number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

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
