#include "lib/naming/delegate_tree.h"

#include <algorithm>

namespace heddle {
namespace {

std::string ShowRule(const DelegateTree& tree) { return tree.dentry == nullptr ? "" : tree.dentry->Show(); }

// The steps to the leaf, the last first.
struct Finder {
  const Path& id;
  DelegateSteps steps{};

  bool Find(const DelegateTree& tree) {
    if (const auto* transformation = std::get_if<DelegateTree::Transformation>(&tree.node))
      return FindBehind(tree, *transformation);
    if (!std::visit([this](const auto& node) { return Leads(node); }, tree.node)) return false;
    steps.emplace_back(tree.path, ShowRule(tree));
    return true;
  }

  bool Leads(const DelegateTree::Leaf& leaf) const { return leaf.bound.id == id; }
  bool Leads(const DelegateTree::Delegate& step) { return Find(*step.tree); }
  bool Leads(const DelegateTree::Alt& alt) {
    return std::any_of(alt.trees.begin(), alt.trees.end(),
                       [this](const auto& branch) { return Find(branch); });
  }
  bool Leads(const DelegateTree::Union& all) {
    return std::any_of(all.trees.begin(), all.trees.end(),
                       [this](const auto& member) { return Find(member.tree); });
  }
  template <class Node>
  bool Leads(const Node&) const {
    return false;
  }

  // The transformed leaf says which rule led to the client, which is what a reader looks for first.
  bool FindBehind(const DelegateTree& tree, const DelegateTree::Transformation& transformation) {
    if (!Find(*transformation.tree)) return false;
    const bool at_leaf = steps.size() == 1;
    std::string rule = at_leaf ? std::exchange(steps[0].second, transformation.name) : transformation.name;
    steps.emplace_back(tree.path, std::move(rule));
    return true;
  }
};

}  // namespace

std::optional<DelegateSteps> FindLeaf(const DelegateTree& tree, const Path& id) {
  Finder finder{id};
  if (!finder.Find(tree)) return std::nullopt;
  std::reverse(finder.steps.begin(), finder.steps.end());
  return std::move(finder.steps);
}

}  // namespace heddle
