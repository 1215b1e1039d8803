#include "namerd/check/rule_index.h"

#include <algorithm>

namespace heddle::namerd {

RuleIndex::RuleIndex(const Dtab& dtab, Budget& budget) : budget_(budget), nodes_(1) {
  for (size_t i = 0; i < dtab.size(); ++i) {
    uint32_t at = 0;
    nodes_[at].latest = i + 1;
    for (const Prefix::Elem& elem : dtab[i].prefix.elems()) {
      nodes_[at].below = i + 1;
      at = Child(at, elem);
      nodes_[at].latest = i + 1;
    }
    nodes_[at].rules.push_back(i);
  }
}

uint32_t RuleIndex::Child(uint32_t parent, const Prefix::Elem& elem) {
  const auto fresh = static_cast<uint32_t>(nodes_.size());
  if (elem.has_value()) {
    const auto [at, inserted] = nodes_[parent].labels.try_emplace(*elem, fresh);
    const uint32_t child = at->second;
    if (inserted) nodes_.emplace_back();
    return child;
  }
  if (nodes_[parent].wildcard == 0) {
    nodes_[parent].wildcard = fresh;
    nodes_.emplace_back();
  }
  return nodes_[parent].wildcard;
}

std::vector<uint32_t> RuleIndex::Covering(const Prefix& prefix) const {
  std::vector<uint32_t> covering = {0};
  std::vector<uint32_t> level = {0};
  std::vector<uint32_t> next;
  for (const Prefix::Elem& elem : prefix.elems()) {
    next.clear();
    for (const uint32_t at : level) {
      const Node& node = nodes_[at];
      if (elem.has_value()) {
        if (const auto found = node.labels.find(*elem); found != node.labels.end()) {
          next.push_back(found->second);
        }
      }
      if (node.wildcard != 0) next.push_back(node.wildcard);
    }
    covering.insert(covering.end(), next.begin(), next.end());
    level.swap(next);
  }
  return covering;
}

std::vector<uint32_t> RuleIndex::Walk(const Path& path, const std::function<void(uint32_t)>& on_way) const {
  std::vector<uint32_t> level = {0};
  std::vector<uint32_t> next;
  for (const std::string& label : path) {
    next.clear();
    budget_.Spend(level.size());
    for (const uint32_t at : level) {
      on_way(at);
      const Node& node = nodes_[at];
      if (const auto found = node.labels.find(label); found != node.labels.end()) {
        next.push_back(found->second);
      }
      if (node.wildcard != 0) next.push_back(node.wildcard);
    }
    level.swap(next);
  }
  return level;
}

size_t RuleIndex::LatestBelow(const Path& path) const {
  size_t latest = 0;
  for (const uint32_t at : Walk(path, [](uint32_t) {})) {
    latest = std::max(latest, nodes_[at].below);
  }
  return latest;
}

bool RuleIndex::AnyFor(const Path& path) const {
  bool any = false;
  const auto ends = Walk(path, [&](uint32_t at) { any = any || !nodes_[at].rules.empty(); });
  return any || std::any_of(ends.begin(), ends.end(), [&](uint32_t at) { return nodes_[at].latest > 0; });
}

void RuleIndex::Visit(const Path& path, SeenNodes& seen, const std::function<void(size_t)>& visit) const {
  const auto visit_rules = [&](uint32_t at) {
    if (seen[at] != NodeSeen::kNo) return;
    seen[at] = NodeSeen::kRules;
    for (const size_t rule : nodes_[at].rules) visit(rule);
  };
  std::vector<uint32_t> whole = Walk(path, visit_rules);
  while (!whole.empty()) {
    const uint32_t at = whole.back();
    whole.pop_back();
    if (seen[at] == NodeSeen::kWhole) continue;
    visit_rules(at);
    seen[at] = NodeSeen::kWhole;
    if (nodes_[at].wildcard != 0) whole.push_back(nodes_[at].wildcard);
    for (const auto& [label, child] : nodes_[at].labels) whole.push_back(child);
  }
}

}  // namespace heddle::namerd
