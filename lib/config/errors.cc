#include "lib/config/errors.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace heddle {
namespace {

// The least number of letters to add, remove, change, or swap with a neighbour.
// Source: the "optimal string alignment" variant of Damerau and Levenshtein's distance.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> older, old, row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    older = std::exchange(old, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({change, old[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], older[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string WithPath(const std::string& path, absl::string_view message) {
  return path.empty() ? std::string(message) : absl::StrCat(path, ": ", message);
}

}  // namespace

void ConfigErrors::Add(const ConfigNode& node, absl::string_view message) {
  AddAtPlace(node.file(), WithPath(node.Path(), message), node.line(), node.column());
}

void ConfigErrors::AddAtKey(const ConfigNode& map, const ConfigNode::Entry& entry,
                            absl::string_view message) {
  const std::string above = map.Path();
  const std::string path = above.empty() ? entry.key : absl::StrCat(above, ".", entry.key);
  AddAtPlace(map.file(), WithPath(path, message), entry.line, entry.column);
}

void ConfigErrors::AddAtPlace(absl::string_view place, absl::string_view message, int line, int column) {
  if (++count_ > kMaxKept) return;
  std::string text(place);
  if (line > 0) absl::StrAppend(&text, ":", line, ":", column);
  errors_.push_back({line, column, absl::StrCat(text, ": ", message)});
}

void ConfigErrors::AddUnknown(const ConfigNode& node, absl::string_view what, absl::string_view value,
                              const std::vector<std::string>& accepted) {
  const std::string nearest = NearestSpelling(value, accepted);
  Add(node, absl::StrCat("unknown ", what, " '", value, "'",
                         nearest.empty() ? "" : absl::StrCat("; did you mean '", nearest, "'?"),
                         nearest.empty() ? "; accepted: " : " Accepted: ", absl::StrJoin(accepted, ", ")));
}

std::vector<std::string> ConfigErrors::Lines() const {
  std::vector<Error> sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Error& a, const Error& b) {
    return std::make_pair(a.line, a.column) < std::make_pair(b.line, b.column);
  });
  std::vector<std::string> lines;
  lines.reserve(sorted.size() + 1);
  for (Error& error : sorted) lines.push_back(std::move(error.text));
  if (count_ > errors_.size()) lines.push_back(absl::StrCat("and ", count_ - errors_.size(), " more"));
  return lines;
}

std::string ConfigErrors::ToString() const {
  std::string text;
  for (const std::string& line : Lines()) absl::StrAppend(&text, line, "\n");
  return text;
}

absl::Status ConfigErrors::ToStatus() const {
  if (ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(Lines(), "\n"));
}

std::string NearestSpelling(absl::string_view value, const std::vector<std::string>& accepted) {
  constexpr size_t kMaxLength = 64;  // longer ones are no slip of the fingers
  if (value.size() > kMaxLength) return "";
  std::string nearest;
  size_t best = value.size() / 3 + 1;
  const std::string lower = absl::AsciiStrToLower(value);
  for (const std::string& candidate : accepted) {
    const std::string lower_candidate = absl::AsciiStrToLower(candidate);
    // Left out is what kinds begin with: io.l5d.
    if (absl::EndsWith(lower_candidate, "." + lower)) return candidate;
    const size_t distance = EditDistance(lower, lower_candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace heddle
