// Dtabs, from text and from JSON: what is read is written so that it is read again, a refusal says where, and
// the index over the rules finds what going through them one by one finds.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"
#include "lib/dtab/dtab_json.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/texts.h"

namespace heddle::fuzz {
namespace {

constexpr size_t kMaxBytes = 1 << 14;

bool MatchesOneByOne(const Prefix& prefix, const Path& path) {
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (i == path.size()) return false;
    if (prefix[i].has_value() && *prefix[i] != path[i]) return false;
  }
  return true;
}

void CheckMatches(const Dtab& dtab, const Path& path) {
  std::vector<size_t> expected;
  for (size_t i = dtab.size(); i-- > 0;) {
    if (MatchesOneByOne(dtab[i].prefix, path)) expected.push_back(i);
  }
  Check(dtab.Matches(path) == expected, "the index finds the rules that match, the last first", path.Show());
}

// A path that the rule matches; `wildcard` stands for each *.
Path PathFor(const Prefix& prefix, absl::string_view wildcard) {
  std::vector<std::string> labels;
  for (const Prefix::Elem& elem : prefix.elems()) labels.push_back(elem.value_or(std::string(wildcard)));
  return Path(std::move(labels));
}

void CheckIndex(const Dtab& dtab) {
  constexpr size_t kMaxRules = 32;  // the checks are quadratic
  CheckMatches(dtab, Path());
  for (size_t i = 0; i < dtab.size() && i < kMaxRules; ++i) {
    const Path path = PathFor(dtab[i].prefix, "svc");
    CheckMatches(dtab, path);
    CheckMatches(dtab, path.Concat("web"));
    CheckMatches(dtab, path.Take(path.size() / 2));
    CheckMatches(dtab, Path{"svc"}.Concat(path));
    size_t leaves = 0;
    dtab[i].dst.ForEachLeaf([&](const Path& leaf) {
      if (++leaves <= kMaxRules) CheckMatches(dtab, leaf.Concat(path));
    });
  }
}

void CheckWritten(const Dtab& dtab) {
  const std::string shown = dtab.Show();
  const auto again = Dtab::Parse(shown);
  Check(again.ok(), "what Show writes is read", shown);
  Check(*again == dtab, "what Show writes is the same dtab", shown);
  const std::string json = DtabToJson(dtab);
  const auto from_json = DtabFromJson(json);
  Check(from_json.ok(), "what DtabToJson writes is read", json);
  Check(*from_json == dtab, "what DtabToJson writes is the same dtab", json);
}

void CheckDtab(const Dtab& dtab) {
  CheckWritten(dtab);
  CheckIndex(dtab);
  Check(dtab.EquivalentTo(dtab), "a dtab is equivalent to itself");
  const Dtab simple = dtab.Simplified();
  Check(simple.Simplified() == simple, "simplifying twice is simplifying once", simple.Show());
  Check(dtab.Concat(simple).StripPrefix(dtab) == simple, "what was put before is taken off", dtab.Show());
}

void CheckOneRule(absl::string_view text) {
  const auto rule = ParseDentry(text);
  if (!rule.ok()) return CheckRefusal(text, rule.status());
  const auto again = ParseDentry(rule->Show());
  Check(again.ok() && *again == *rule, "a rule survives Show", rule->Show());
  const auto table = Dtab::Parse(text);
  Check(table.ok() && table->size() == 1 && (*table)[0] == *rule, "a rule is a table of one", rule->Show());
}

void CheckOnePrefix(absl::string_view text) {
  const auto prefix = ParsePrefix(text);
  if (!prefix.ok()) return CheckRefusal(text, prefix.status());
  const auto again = ParsePrefix(prefix->Show());
  Check(again.ok() && *again == *prefix, "a prefix survives Show", prefix->Show());
}

}  // namespace
}  // namespace heddle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heddle;        // NOLINT
  using namespace heddle::fuzz;  // NOLINT
  if (size > kMaxBytes) return 0;
  const absl::string_view text = TextOf(data, size);
  const auto dtab = Dtab::Parse(text);
  if (dtab.ok()) {
    CheckDtab(*dtab);
  } else {
    CheckRefusal(text, dtab.status());
  }
  if (const auto from_json = DtabFromJson(text); from_json.ok()) CheckDtab(*from_json);
  CheckOneRule(text);
  CheckOnePrefix(text);
  return 0;
}
