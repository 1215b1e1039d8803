#include "lib/dtab/parse_error.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace heddle {
namespace {

constexpr char kPayloadType[] = "heddle/dtab.ParseError";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// What stands at the start of `rest`, in ASCII, since the text may be anything.
std::string Found(absl::string_view rest) {
  if (rest.empty()) return "the end of the text";
  const auto byte = static_cast<unsigned char>(rest[0]);
  if (byte == '\n') return "the end of the line";
  if (byte == '\'') return "\"'\"";
  if (absl::ascii_isprint(byte)) return absl::StrCat("'", rest.substr(0, 1), "'");
  const size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
  if (length == 0 || rest.size() < length) return absl::StrFormat("the byte 0x%02x", byte);
  uint32_t code = byte & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(rest[i])) return absl::StrFormat("the byte 0x%02x", byte);
    code = code << 6 | (static_cast<unsigned char>(rest[i]) & 0x3f);
  }
  return absl::StrFormat("the character U+%04X", code);
}

}  // namespace

ParseError PlaceOf(absl::string_view text, size_t at) {
  ParseError error;
  const absl::string_view before = text.substr(0, at);
  error.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const size_t newline = before.rfind('\n');
  const absl::string_view line = newline == absl::string_view::npos ? before : before.substr(newline + 1);
  error.column = 1 + static_cast<int>(line.size() - std::count_if(line.begin(), line.end(), IsContinuation));
  error.found = Found(text.substr(at));
  return error;
}

std::string ParseError::ToString() const {
  std::string out =
      absl::StrCat("line ", line, ", column ", column, ": expected ", expected, ", found ", found);
  if (!remedy.empty()) absl::StrAppend(&out, "; ", remedy);
  return out;
}

absl::Status ParseError::ToStatus() const {
  absl::Status status = absl::InvalidArgumentError(ToString());
  // None of the parts has a line break.
  status.SetPayload(kPayloadType,
                    absl::Cord(absl::StrCat(line, "\n", column, "\n", found, "\n", expected, "\n", remedy)));
  return status;
}

std::optional<ParseError> ParseErrorOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadType);
  if (!payload.has_value()) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(std::string(*payload), '\n');
  ParseError error;
  if (parts.size() != 5 || !absl::SimpleAtoi(parts[0], &error.line) ||
      !absl::SimpleAtoi(parts[1], &error.column)) {
    return std::nullopt;
  }
  error.found = parts[2];
  error.expected = parts[3];
  error.remedy = parts[4];
  return error;
}

std::string ShowPlace(absl::string_view text, const ParseError& error) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (error.line < 1 || static_cast<size_t>(error.line) > lines.size()) return "";
  std::string shown;
  for (const char c : lines[static_cast<size_t>(error.line) - 1]) {
    if (c == '\t') {
      shown.push_back(' ');  // one column, so that the caret stands where it should
    } else if (!IsContinuation(c)) {
      shown.push_back(absl::ascii_isprint(static_cast<unsigned char>(c)) ? c : '?');
    }
  }
  return absl::StrCat(shown, "\n", std::string(static_cast<size_t>(std::max(error.column, 1)) - 1, ' '), "^");
}

}  // namespace heddle
