// Characters as RFC 9110 section 5.6 classes them, and comparison without case. ASCII only, no locale.
#ifndef HEDDLE_LIB_HTTP_CHARS_H_
#define HEDDLE_LIB_HTTP_CHARS_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace heddle {

constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// What a hexadecimal digit stands for; -1 if `c` is none.
constexpr int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ToLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

namespace http_internal {
constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c : absl::string_view("!#$%&'*+-.^_`|~")) table[static_cast<uint8_t>(c)] = true;
  return table;
}
inline constexpr std::array<bool, 256> kTokenTable = MakeTokenTable();
}  // namespace http_internal

// tchar: what names of fields and methods are made of.
constexpr bool IsTokenChar(char c) { return http_internal::kTokenTable[static_cast<uint8_t>(c)]; }

// Tab is none: it is a space (RFC 9110 section 5.5).
constexpr bool IsControl(char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f; }

// OWS of RFC 9110 section 5.6.3.
constexpr bool IsOws(char c) { return c == ' ' || c == '\t'; }

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// True if `text` is `lowercase` but for case. REQUIRES: `lowercase` has no capitals.
constexpr bool EqualsLowercase(absl::string_view text, absl::string_view lowercase) {
  if (text.size() != lowercase.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    // Most often the same at once.
    if (text[i] != lowercase[i] && ToLower(text[i]) != lowercase[i]) return false;
  }
  return true;
}

constexpr bool EqualsIgnoreCase(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (ToLower(a[i]) != ToLower(b[i])) return false;
  }
  return true;
}

// Without spaces and tabs (OWS) at both ends.
constexpr absl::string_view TrimOws(absl::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls `f(element)` for each element of the comma-separated `list` that is not empty, without its spaces.
template <class F>
constexpr void ForEachElement(absl::string_view list, F f) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    const absl::string_view element = TrimOws(list.substr(0, comma));
    if (!element.empty()) f(element);
    if (comma == absl::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace heddle

#endif  // HEDDLE_LIB_HTTP_CHARS_H_
