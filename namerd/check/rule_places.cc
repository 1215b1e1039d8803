#include "namerd/check/rule_places.h"

#include "absl/strings/ascii.h"

namespace heddle::namerd {
namespace {

// A '#' behind one of these is part of a path; else it begins a comment.
bool IsOfPath(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view("_:.#$%-\\/").find(c) != absl::string_view::npos;
}

// The number of characters of UTF-8: the bytes that begin one.
int Characters(absl::string_view text) {
  int count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

std::vector<RulePlace> FindRulePlaces(absl::string_view text) {
  std::vector<RulePlace> places;
  bool within = false;  // a rule
  int line = 1, column = 1;
  size_t counted = 0;  // of `text`, for `column`: a line may have any number of rules
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') {
      ++line;
      column = 1;
      counted = at + 1;
    } else if (c == '#' && (at == 0 || !within || !IsOfPath(text[at - 1]))) {
      while (at + 1 < text.size() && text[at + 1] != '\n') ++at;
    } else if (c == ';') {
      within = false;
    } else if (!within && !absl::ascii_isspace(static_cast<unsigned char>(c))) {
      within = true;
      column += Characters(text.substr(counted, at - counted));
      counted = at;
      places.push_back({line, column});
    }
  }
  return places;
}

}  // namespace heddle::namerd
