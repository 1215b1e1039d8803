#include "namerd/check/rule_index.h"

#include <algorithm>

namespace heddle::namerd {

RuleIndex::RuleIndex(const Dtab& dtab, Budget& budget) : budget_(budget) {
  for (size_t i = 0; i < dtab.size(); ++i) {
    uint32_t at = 0;
    trie_[at].latest = i + 1;
    for (const Prefix::Elem& elem : dtab[i].prefix.elems()) {
      trie_[at].below = i + 1;
      at = trie_.Child(at, elem);
      trie_[at].latest = i + 1;
    }
    trie_[at].rules.push_back(i);
  }
}

std::vector<uint32_t> RuleIndex::Covering(const Prefix& prefix) const {
  std::vector<uint32_t> covering = {0};
  std::vector<uint32_t> level = {0};
  std::vector<uint32_t> next;
  for (const Prefix::Elem& elem : prefix.elems()) {
    trie_.Descend(level, elem.has_value() ? &*elem : nullptr, &next);
    covering.insert(covering.end(), next.begin(), next.end());
    level.swap(next);
  }
  return covering;
}

std::vector<uint32_t> RuleIndex::Walk(const Path& path, const std::function<void(uint32_t)>& on_way) const {
  std::vector<uint32_t> level = {0};
  std::vector<uint32_t> next;
  for (const std::string& label : path) {
    budget_.Spend(level.size());
    for (const uint32_t at : level) on_way(at);
    trie_.Descend(level, &label, &next);
    level.swap(next);
  }
  return level;
}

size_t RuleIndex::LatestBelow(const Path& path) const {
  size_t latest = 0;
  for (const uint32_t at : Walk(path, [](uint32_t) {})) {
    latest = std::max(latest, nodes()[at].below);
  }
  return latest;
}

bool RuleIndex::AnyFor(const Path& path) const {
  bool any = false;
  const auto ends = Walk(path, [&](uint32_t at) { any = any || !nodes()[at].rules.empty(); });
  return any || std::any_of(ends.begin(), ends.end(), [&](uint32_t at) { return nodes()[at].latest > 0; });
}

void RuleIndex::Visit(const Path& path, SeenNodes& seen, const std::function<void(size_t)>& visit) const {
  const auto visit_rules = [&](uint32_t at) {
    if (seen[at] != NodeSeen::kNo) return;
    seen[at] = NodeSeen::kRules;
    for (const size_t rule : nodes()[at].rules) visit(rule);
  };
  std::vector<uint32_t> whole = Walk(path, visit_rules);
  while (!whole.empty()) {
    const uint32_t at = whole.back();
    whole.pop_back();
    if (seen[at] == NodeSeen::kWhole) continue;
    visit_rules(at);
    seen[at] = NodeSeen::kWhole;
    if (nodes()[at].wildcard != 0) whole.push_back(nodes()[at].wildcard);
    for (const auto& [label, child] : nodes()[at].labels) whole.push_back(child);
  }
}

}  // namespace heddle::namerd
