// Patterns of paths, and rewriting by them. An input is lines: a pattern, a text with variables, then paths.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "lib/dtab/path_matcher.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/texts.h"

namespace heddle::fuzz {
namespace {

constexpr size_t kMaxBytes = 4096;

void CheckMatch(const PathMatcher& matcher, absl::string_view text, const Path& path) {
  const auto variables = matcher.Match(path);
  const auto longer = matcher.Match(path.Concat("more"));
  if (path.size() < matcher.size())
    return Check(!variables.has_value(), "a shorter path does not match", path.Show());
  Check(longer == variables, "what follows does not matter", path.Show());
  Check(matcher.Match(path.Take(matcher.size())) == variables,
        "only as many labels as the pattern has matter", path.Show());
  if (!variables.has_value()) return;
  const std::vector<std::string> names = matcher.Variables();
  for (const auto& [name, value] : *variables) {
    Check(std::find(names.begin(), names.end(), name) != names.end(), "what is set is a variable", name);
    const std::string alone = "{" + name + "}";
    Check(SubstituteVariables(alone, *variables) == value, "a variable is replaced by what it stands for",
          name);
  }
  for (const std::string& name : names) Check(variables->contains(name), "every variable is set", name);
  if (!absl::StrContains(text, '{'))
    Check(SubstituteVariables(text, *variables) == text, "text without variables stays", text);
  SubstituteVariables(text, *variables);
}

// Each label, by itself, is a pattern of itself: a path as Show prints it matches that path.
void CheckLiteral(const Path& path) {
  const auto matcher = PathMatcher::Parse(path.Show());
  if (matcher.ok() && matcher->Variables().empty())
    Check(matcher->Match(path).has_value(), "a path is a pattern that it matches itself", path.Show());
}

}  // namespace
}  // namespace heddle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heddle;        // NOLINT
  using namespace heddle::fuzz;  // NOLINT
  if (size > kMaxBytes) return 0;
  const std::vector<absl::string_view> lines = absl::StrSplit(TextOf(data, size), '\n');
  const auto matcher = PathMatcher::Parse(lines[0]);
  if (!matcher.ok()) Check(!matcher.status().message().empty(), "a refused pattern says why", lines[0]);
  for (size_t i = 2; i < lines.size(); ++i) {
    const auto path = Path::Parse(lines[i]);
    if (!path.ok()) continue;
    CheckLiteral(*path);
    if (matcher.ok()) CheckMatch(*matcher, lines[1], *path);
  }
  return 0;
}
