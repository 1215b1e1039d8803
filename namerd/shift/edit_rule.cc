#include "namerd/shift/edit_rule.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/utf8.h"
#include "lib/dtab/rule_spans.h"
#include "namerd/shift/rules_of.h"

namespace heddle::namerd {
namespace {

// Whether a rule for `wide` takes every name that one for `prefix` takes.
bool Covers(const Prefix& wide, const Prefix& prefix) {
  if (wide.size() > prefix.size()) return false;
  for (size_t i = 0; i < wide.size(); ++i) {
    if (wide[i].has_value() && wide[i] != prefix[i]) return false;
  }
  return true;
}

absl::Status NoSuchRule(const std::vector<RuleInText>& rules, const Prefix& prefix) {
  constexpr size_t kNamed = 3;
  std::vector<std::string> others;
  for (const RuleInText& rule : rules) {
    if (others.size() < kNamed && Covers(rule.rule.prefix, prefix)) others.push_back(rule.rule.Show());
  }
  const std::string now = others.empty()
                              ? "no other rule takes its names"
                              : absl::StrCat("its names are those of ", absl::StrJoin(others, "; "));
  return absl::NotFoundError(absl::StrCat("the dtab has no rule for ", prefix.Show(), " (", now,
                                          "); write one that leads to what serves them now: ", prefix.Show(),
                                          " => ..."));
}

// Whether what `text` ends with is a path, which a '#' right behind it would go on with.
bool EndsInPath(const std::string& text, const NameTree<Path>& tree) {
  const NameTree<Path>* last = &tree;
  while (!last->is_leaf()) {
    if (last->is_alt()) {
      last = &last->alternates().back();
    } else if (last->is_union()) {
      last = &last->members().back().tree;
    } else {
      return false;
    }
  }
  return text.back() != ')';
}

struct Found {
  SharedRules rules;
  size_t at = 0;
  const RuleInText& rule() const { return (*rules)[at]; }
};

absl::StatusOr<Found> ReadAndFind(const std::string& dtab, const std::string& prefix) {
  auto rules = RulesOf(dtab);
  if (!rules.ok()) return Annotate(rules.status(), "the dtab");
  ASSIGN_OR_RETURN(const size_t at, FindRule(**rules, prefix));
  return Found{*std::move(rules), at};
}

}  // namespace

absl::StatusOr<size_t> FindRule(const std::vector<RuleInText>& rules, const std::string& prefix_text) {
  const auto prefix = ParsePrefix(prefix_text);
  if (!prefix.ok()) return Annotate(prefix.status(), "the rule's prefix");
  for (size_t i = rules.size(); i-- > 0;) {
    if (rules[i].rule.prefix == *prefix) return i;
  }
  return NoSuchRule(rules, *prefix);
}

absl::StatusOr<std::string> DestinationOf(const std::string& dtab, const std::string& prefix) {
  ASSIGN_OR_RETURN(const Found found, ReadAndFind(dtab, prefix));
  std::string destination =
      dtab.substr(found.rule().dst_begin, found.rule().dst_end - found.rule().dst_begin);
  if (FindNotUtf8(destination) != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the destination of ", prefix, " has a comment that is not UTF-8; write the comment as UTF-8"));
  }
  return destination;
}

absl::StatusOr<std::string> WithDestination(const std::string& dtab, const std::string& prefix,
                                            const std::string& destination) {
  const auto tree = ParseNameTree(destination);
  if (!tree.ok()) return Annotate(tree.status(), "the destination");
  ASSIGN_OR_RETURN(const Found found, ReadAndFind(dtab, prefix));
  // What is around the tree stays behind: a comment would take the rest of the line with it.
  const std::string as_rule = absl::StrCat("/ => ", destination);
  ASSIGN_OR_RETURN(const auto rules, ReadRules(as_rule));
  std::string text = as_rule.substr(rules[0].dst_begin, rules[0].dst_end - rules[0].dst_begin);
  // "~#a comment" becomes "(/a)#a comment": a '#' right behind a path is part of it.
  const size_t end = found.rule().dst_end;
  if (end < dtab.size() && dtab[end] == '#' && EndsInPath(text, *tree)) text = absl::StrCat("(", text, ")");
  return absl::StrCat(dtab.substr(0, found.rule().dst_begin), text, dtab.substr(end));
}

std::string OverriddenBy(const std::string& dtab, const std::string& prefix) {
  const auto found = ReadAndFind(dtab, prefix);
  if (!found.ok()) return "";
  const auto& rules = *found->rules;
  for (size_t i = rules.size(); --i > found->at;) {
    if (Covers(rules[i].rule.prefix, rules[found->at].rule.prefix)) return rules[i].rule.Show();
  }
  return "";
}

bool SameDestination(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto tree_a = ParseNameTree(a);
  const auto tree_b = ParseNameTree(b);
  return tree_a.ok() && tree_b.ok() && *tree_a == *tree_b;
}

}  // namespace heddle::namerd
