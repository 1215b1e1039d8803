#include "lib/dtab/path_matcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "lib/dtab/parser.h"

namespace heddle {
namespace {

bool IsVariable(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == ':' || c == '-';
  });
}

// As it may occur in what Path::Show prints.
bool IsLabelText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return IsPlainLabelChar(c) || c == '\\'; });
}

}  // namespace

absl::StatusOr<PathMatcher> PathMatcher::Parse(absl::string_view pattern) {
  std::vector<absl::string_view> texts = absl::StrSplit(pattern, '/');
  while (!texts.empty() && texts.back().empty()) texts.pop_back();
  const auto first = std::find_if(texts.begin(), texts.end(), [](absl::string_view t) { return !t.empty(); });
  PathMatcher matcher;
  for (auto at = first; at != texts.end(); ++at) {
    auto segment = ParseSegment(*at);
    if (!segment.ok()) return segment.status();
    matcher.segments_.push_back(*std::move(segment));
  }
  return matcher;
}

absl::StatusOr<PathMatcher::Segment> PathMatcher::ParseSegment(absl::string_view text) {
  const auto wrong = [text] {
    return absl::InvalidArgumentError(
        absl::StrCat("the segment '", text,
                     "' of the pattern is neither *, nor a label, nor text with "
                     "variables such as {name} or {host}.com"));
  };
  Segment segment;
  segment.any = text == "*";
  if (segment.any) return segment;
  if (text.empty()) return wrong();
  absl::string_view rest = text;
  while (true) {
    const size_t open = rest.find('{');
    segment.literals.emplace_back(rest.substr(0, open));
    if (!IsLabelText(segment.literals.back())) return wrong();
    if (open == absl::string_view::npos) return segment;
    const size_t close = rest.find('}', open);
    if (close == absl::string_view::npos) return wrong();
    segment.variables.emplace_back(rest.substr(open + 1, close - open - 1));
    if (!IsVariable(segment.variables.back())) return wrong();
    rest.remove_prefix(close + 1);
  }
}

// The first literal is taken where it comes first; the others, from the last to the first of them, where they
// come last: so every variable is as long as it can be, those before first.
bool PathMatcher::MatchSegment(const Segment& segment, absl::string_view label, PathVariables* variables) {
  if (segment.any) return true;
  if (segment.variables.empty()) return label == segment.literals[0];
  const size_t first = label.find(segment.literals[0]);
  if (first == absl::string_view::npos) return false;
  const size_t begin = first + segment.literals[0].size();
  std::vector<std::pair<size_t, size_t>> values(segment.variables.size());  // begin and end in the label
  size_t end = label.size();
  for (size_t i = segment.variables.size(); i > 0; --i) {
    const std::string& literal = segment.literals[i];
    if (end < begin + literal.size()) return false;
    const size_t at = label.rfind(literal, end - literal.size());
    if (at == absl::string_view::npos || at < begin) return false;
    if (i < values.size()) values[i].first = at + literal.size();
    values[i - 1].second = end = at;
  }
  values[0].first = begin;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto [from, to] = values[i];
    (*variables)[segment.variables[i]] = std::string(label.substr(from, to - from));
  }
  return true;
}

std::optional<PathVariables> PathMatcher::Match(const Path& path) const {
  if (path.size() < segments_.size()) return std::nullopt;
  PathVariables variables;
  for (size_t i = 0; i < segments_.size(); ++i) {
    std::string label;
    AppendLabel(path[i], &label);
    if (!MatchSegment(segments_[i], label, &variables)) return std::nullopt;
  }
  return variables;
}

std::vector<std::string> PathMatcher::Variables() const {
  std::vector<std::string> names;
  for (const Segment& segment : segments_) {
    names.insert(names.end(), segment.variables.begin(), segment.variables.end());
  }
  return names;
}

std::string SubstituteVariables(absl::string_view text, const PathVariables& variables) {
  std::vector<std::pair<std::string, std::string>> replacements;
  for (const auto& [name, value] : variables) replacements.emplace_back(absl::StrCat("{", name, "}"), value);
  return absl::StrReplaceAll(text, replacements);
}

}  // namespace heddle
