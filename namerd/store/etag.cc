#include "namerd/store/etag.h"

#include "absl/strings/escaping.h"

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

}  // namespace heddle::namerd
