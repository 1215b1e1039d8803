#include "lib/namers/address_file.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/utf8.h"

namespace heddle {
namespace {

bool ParsePort(absl::string_view text, uint16_t* port) {
  uint32_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number == 0 || number > 65535) return false;
  *port = static_cast<uint16_t>(number);
  return true;
}

bool ParseWeight(absl::string_view text, double* weight) {
  return absl::SimpleAtod(text, weight) && std::isfinite(*weight) && *weight >= 0;
}

bool ParseLine(absl::string_view text, AddressLine* line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \t\r\v\f"), absl::SkipEmpty());
  if (words.size() != 2 && words.size() != 4) return false;
  line->host = std::string(words[0]);
  if (!ParsePort(words[1], &line->port)) return false;
  return words.size() == 2 || (words[2] == "*" && ParseWeight(words[3], &line->weight));
}

// As much of `text` as a message takes, which may be any bytes: they end up in logs and on terminals.
std::string Shown(absl::string_view text) {
  constexpr size_t kMost = 80;
  return absl::StrCat(absl::Utf8SafeCEscape(Utf8(text.substr(0, kMost))), text.size() > kMost ? "..." : "");
}

}  // namespace

absl::StatusOr<std::vector<AddressLine>> ParseAddressFile(absl::string_view text) {
  std::vector<AddressLine> lines;
  int number = 0;
  for (absl::string_view raw : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::string_view content = absl::StripAsciiWhitespace(raw.substr(0, raw.find('#')));
    if (content.empty()) continue;
    AddressLine line;
    if (!ParseLine(content, &line)) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": malformed address: ", Shown(content),
                                                     "; expected HOST PORT, or HOST PORT * WEIGHT"));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace heddle
