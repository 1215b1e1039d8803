#include "proxy/route/bound_route.h"

#include <utility>

namespace heddle {
namespace {

using Kind = BoundTree::Kind;

// The tree that stands for an alternation.
const BoundTree& FirstAlternate(const BoundTree& tree) {
  for (const BoundTree& alternate : tree.alternates()) {
    if (!alternate.is_neg()) return alternate;
  }
  static const BoundTree neg = BoundTree::Neg();
  return neg;
}

// Calls f(weight, leaf or nullptr) for each target.
template <class F>
void ForEachTarget(const BoundTree& tree, double weight, const F& f) {
  switch (tree.kind()) {
    case Kind::kLeaf:
      f(weight, &tree.leaf());
      return;
    case Kind::kAlt:
      ForEachTarget(FirstAlternate(tree), weight, f);
      return;
    case Kind::kUnion: {
      double sum = 0;
      for (const auto& member : tree.members()) sum += member.weight;
      for (const auto& member : tree.members()) {
        if (member.weight > 0) ForEachTarget(member.tree, weight * member.weight / sum, f);
      }
      return;
    }
    case Kind::kNeg:
    case Kind::kFail:
    case Kind::kEmpty:
      f(weight, nullptr);
      return;
  }
}

char NowhereSign(const BoundTree& tree) {
  switch (tree.kind()) {
    case Kind::kFail:
      return '!';
    case Kind::kEmpty:
      return '$';
    case Kind::kAlt:
      return NowhereSign(FirstAlternate(tree));
    default:
      return '~';
  }
}

}  // namespace

BoundRoute Flatten(const Binding& binding) {
  BoundRoute route;
  route.version = binding.version;
  bool leads_somewhere = false;
  ForEachTarget(binding.tree, 1.0, [&](double weight, const BoundName* leaf) {
    BoundRoute::Target target;
    target.weight = weight;
    if (leaf != nullptr) {
      leads_somewhere = true;
      target.client = leaf->id.Show();
      if (!leaf->residual.empty()) target.residual = leaf->residual.Show();
    }
    route.targets.push_back(std::move(target));
  });
  if (!leads_somewhere) {
    route.targets.clear();
    route.nowhere = NowhereSign(binding.tree);
  }
  return route;
}

std::vector<const BoundName*> TargetLeaves(const BoundTree& tree) {
  std::vector<const BoundName*> leaves;
  ForEachTarget(tree, 1.0, [&](double, const BoundName* leaf) {
    if (leaf != nullptr) leaves.push_back(leaf);
  });
  return leaves;
}

}  // namespace heddle
