#include "proxy/route/bound_route.h"

#include <utility>

#include "lib/naming/status_name.h"

namespace heddle {
namespace {

using Kind = BoundTree::Kind;
using Branch = BoundRoute::Branch;

// The tree that stands for a simplified alternation, and for anything else itself.
const BoundTree& First(const BoundTree& tree) {
  const BoundTree* at = &tree;
  while (at->is_alt()) at = &at->alternates().front();
  return *at;
}

class Flattener {
 public:
  Flattener(BoundRoute& route, std::vector<BoundName>* leaves) : route_(route), leaves_(leaves) {}

  Branch Add(const BoundTree& alternation, double weight) {
    const BoundTree& tree = First(alternation);
    Branch branch;
    branch.weight = weight;
    if (tree.is_union()) {
      double sum = 0;
      for (const auto& member : tree.members()) sum += member.weight;
      for (const auto& member : tree.members()) {
        if (sum > 0 && !(member.weight > 0)) continue;
        branch.members.push_back(Add(member.tree, sum > 0 ? member.weight : 1.0));
      }
      return branch;
    }
    branch.target = route_.targets.size();
    route_.targets.emplace_back();
    if (tree.is_leaf()) AddLeaf(tree.leaf());
    return branch;
  }

 private:
  void AddLeaf(const BoundName& leaf) {
    BoundRoute::Target& target = route_.targets.back();
    target.client = leaf.id.Show();
    if (!leaf.residual.empty()) target.residual = leaf.residual.Show();
    target.status = StatusOfId(leaf.id).value_or(0);
    if (leaves_ != nullptr) leaves_->push_back(leaf);
  }

  BoundRoute& route_;
  std::vector<BoundName>* const leaves_;
};

bool LeadsSomewhere(const BoundRoute& route) {
  for (const BoundRoute::Target& target : route.targets) {
    if (!target.client.empty()) return true;
  }
  return false;
}

bool IsPresent(const Branch& branch, absl::FunctionRef<bool(size_t)> present) {
  if (branch.members.empty()) return present(branch.target);
  for (const Branch& member : branch.members) {
    if (IsPresent(member, present)) return true;
  }
  return false;
}

void Spread(const Branch& branch, double share, absl::FunctionRef<bool(size_t)> present,
            std::vector<double>* shares) {
  if (branch.members.empty()) {
    (*shares)[branch.target] = share;
    return;
  }
  std::vector<const Branch*> taking;
  for (const Branch& member : branch.members) {
    if (IsPresent(member, present)) taking.push_back(&member);
  }
  if (taking.empty()) {
    for (const Branch& member : branch.members) taking.push_back(&member);
  }
  double sum = 0;
  for (const Branch* member : taking) sum += member->weight;
  for (const Branch* member : taking) Spread(*member, share * member->weight / sum, present, shares);
}

}  // namespace

BoundRoute Flatten(const Binding& binding, std::vector<BoundName>* leaves) {
  BoundRoute route;
  route.version = binding.version;
  const BoundTree simple = binding.tree.Simplified();
  route.branches = Flattener(route, leaves).Add(simple, 1.0);
  if (!LeadsSomewhere(route)) {
    const BoundTree& tree = First(simple);
    route.nowhere = tree.is_neg() ? '~' : tree.is_fail() ? '!' : '$';
    route.targets.clear();
    route.branches = Branch();
  }
  return route;
}

std::vector<double> Shares(const BoundRoute& route, absl::FunctionRef<bool(size_t target)> present) {
  std::vector<double> shares(route.targets.size());
  if (!shares.empty()) Spread(route.branches, 1.0, present, &shares);
  return shares;
}

size_t Draw(const std::vector<double>& shares, double unit) {
  size_t last = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] <= 0) continue;
    last = i;
    if (unit < shares[i]) return i;
    unit -= shares[i];
  }
  return last;  // what rounding leaves over
}

}  // namespace heddle
