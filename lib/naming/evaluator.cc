#include "lib/naming/evaluator.h"

#include <algorithm>
#include <variant>

#include "lib/naming/choice.h"

namespace heddle {
namespace {

using Outcome = Evaluator::Outcome;

Outcome Known(BoundTree tree) { return {std::move(tree), absl::OkStatus()}; }
Outcome Failed(absl::Status error) { return {std::nullopt, std::move(error)}; }

Standing StandingOf(const Outcome& outcome) {
  if (outcome.tree.has_value()) return heddle::StandingOf(*outcome.tree, outcome.vacant, outcome.final);
  return {outcome.error.ok() ? Standing::State::kPending : Standing::State::kError};
}

// Without any member that is known: in error if one is, else pending.
Outcome Combine(const std::vector<StandingMember>& members, std::vector<Outcome> outcomes) {
  const std::vector<bool> kept = KeptMembers(members);
  Outcome all;
  all.vacant = true;
  absl::Status error;
  bool known = false;
  std::vector<BoundTree::Weighted> trees;
  for (size_t i = 0; i < members.size(); ++i) {
    known = known || members[i].standing.known();
    if (members[i].standing.state == Standing::State::kError) error.Update(outcomes[i].error);
    if (!kept[i]) continue;
    all.vacant = all.vacant && outcomes[i].vacant;
    all.error.Update(outcomes[i].error);
    trees.push_back({members[i].weight, *std::move(outcomes[i].tree)});
  }
  if (!known) return Failed(std::move(error));
  if (trees.empty()) return Known(BoundTree::Neg());
  all.tree = trees.size() == 1 ? std::move(trees[0].tree) : BoundTree::Union(std::move(trees));
  return all;
}

}  // namespace

Outcome Evaluator::Bind(const Path& path) {
  Outcome outcome = Follow(path, Frame());
  // A part of a name that could not be followed to its end would be another name.
  if (!lookup_.exhausted().ok()) return Failed(lookup_.exhausted());
  if (!replacement_.has_value() || !outcome.tree.has_value()) return outcome;
  Outcome replaced = Tree<BoundName>(replacement_->tree, Frame(), [this](const BoundName& client, Frame at) {
    return Client(client, replacement_->next, at);
  });
  if (replaced.tree.has_value()) replaced.error.Update(outcome.error);
  return replaced;
}

Outcome Evaluator::Follow(const Path& path, Frame frame) {
  if (!lookup_.SpendPath(path)) return Failed(lookup_.exhausted());
  const std::vector<const Dentry*> rules = lookup_.Rules(path);
  if (rules.empty() || (rules.size() == 1 && rules[0]->dst.is_neg())) return FollowNamers(path, frame);
  if (++frame.lookups > kMaxLookups) return Failed(lookup_.TooFar(path));
  return First(rules.size(), frame, [&](size_t i, Frame inner) {
    const Lookup::Following following(lookup_, *rules[i]);
    const Path rest = path.Drop(rules[i]->prefix.size());
    return Tree<Path>(rules[i]->dst, inner,
                      [&](const Path& leaf, Frame at) { return Follow(leaf.Concat(rest), at); });
  });
}

Outcome Evaluator::FollowNamers(const Path& path, Frame frame) {
  const Activity<NameTree<Name>> answer = lookup_.Namers(path);
  if (!answer.value.has_value()) return Failed(answer.error);  // or pending, when the error is OK
  if (++frame.lookups > kMaxLookups) return Failed(lookup_.TooFar(path));
  Outcome outcome =
      Tree<Name>(*answer.value, frame, [this](const Name& name, Frame at) { return FollowName(name, at); });
  if (outcome.tree.has_value()) outcome.error.Update(answer.error);
  return outcome;
}

Outcome Evaluator::FollowName(const Name& name, Frame frame) {
  if (const Path* path = std::get_if<Path>(&name)) return Follow(*path, frame);
  const BoundName& client = std::get<BoundName>(name);
  // What is going to be replaced is not looked at.
  return Client(client, replacement_.has_value() ? transformers_.size() : 0, frame);
}

Outcome Evaluator::Client(const BoundName& client, size_t next, Frame frame) {
  if (next < transformers_.size()) {
    const auto deeper = [&](const BoundName& inner, Frame at) { return Client(inner, next + 1, at); };
    return Tree<BoundName>(transformers_[next]->TransformClient(client), frame, deeper);
  }
  Outcome outcome = Known(BoundTree::Leaf(client));
  outcome.vacant = frame.choice && client.addr != nullptr && lookup_.IsVacant(client);
  return outcome;
}

template <class T>
Outcome Evaluator::Tree(const NameTree<T>& tree, Frame frame, OnLeaf<T> on_leaf) {
  using Kind = typename NameTree<T>::Kind;
  if (!lookup_.SpendNode()) return Failed(lookup_.exhausted());
  if (++frame.nesting > kMaxNesting) {
    return Failed(TooNested());
  }
  switch (tree.kind()) {
    case Kind::kNeg:
      return Known(BoundTree::Neg());
    case Kind::kFail:
      return Known(BoundTree::Fail());
    case Kind::kEmpty:
      return Known(BoundTree::Empty());
    case Kind::kLeaf:
      return on_leaf(tree.leaf(), frame);
    case Kind::kUnion:
      return Union<T>(tree.members(), frame, on_leaf);
    case Kind::kAlt:
      break;
  }
  const auto& alternates = tree.alternates();
  return First(alternates.size(), frame,
               [&](size_t i, Frame at) { return Tree<T>(alternates[i], at, on_leaf); });
}

Outcome Evaluator::First(size_t count, Frame frame, absl::FunctionRef<Outcome(size_t, Frame)> alternate) {
  if (count == 1) return alternate(0, frame);
  AlternateChoice choice;
  Outcome best = Known(BoundTree::Neg());
  absl::Status stale;  // of what was passed over
  for (size_t i = 0; i < count; ++i) {
    Frame inner = frame;
    inner.choice = frame.choice || choice.has_vacant() || i + 1 < count;
    Outcome outcome = alternate(i, inner);
    const bool goes_on = choice.Offer(StandingOf(outcome));
    if (choice.taken() == i) {
      best = std::move(outcome);
    } else if (outcome.tree.has_value() && outcome.tree->is_neg()) {
      stale.Update(outcome.error);
    }
    if (!goes_on) break;
  }
  if (best.tree.has_value()) {
    best.error.Update(stale);
    best.final = choice.final();
  }
  return best;
}

template <class T>
Outcome Evaluator::Union(const std::vector<typename NameTree<T>::Weighted>& members, Frame frame,
                         OnLeaf<T> on_leaf) {
  if (members.empty()) return Known(BoundTree::Neg());
  if (members.size() == 1) return Tree<T>(members[0].tree, frame, on_leaf);
  if (++frame.unions > kMaxUnionNesting) return Failed(TooManyUnions());
  frame.choice = true;
  std::vector<StandingMember> standings;
  std::vector<Outcome> outcomes;
  for (const auto& member : members) {
    outcomes.push_back(Tree<T>(member.tree, frame, on_leaf));
    standings.push_back({member.weight, StandingOf(outcomes.back())});
  }
  return Combine(standings, std::move(outcomes));
}

}  // namespace heddle
