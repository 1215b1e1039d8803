#include "lib/naming/evaluator.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

using Outcome = Evaluator::Outcome;

Outcome Known(BoundTree tree) { return {std::move(tree), absl::OkStatus(), false}; }
Outcome Failed(absl::Status error) { return {std::nullopt, std::move(error), false}; }
bool IsPending(const Outcome& outcome) { return !outcome.tree.has_value() && outcome.error.ok(); }

struct Member {
  double weight;
  Outcome outcome;
};

// Can serve requests now, as far as is known.
bool Serves(const Member& member) {
  return !member.outcome.vacant && member.weight > 0 && !member.outcome.tree->is_empty();
}

// The union of members whose trees are known.
Outcome Combine(std::vector<Member> members) {
  std::erase_if(members,
                [](const Member& m) { return m.outcome.tree->is_neg() || m.outcome.tree->is_fail(); });
  if (std::any_of(members.begin(), members.end(), Serves)) {
    std::erase_if(members, [](const Member& m) { return m.outcome.vacant; });
  }
  if (members.empty()) return Known(BoundTree::Neg());
  if (members.size() == 1) return std::move(members.front().outcome);
  Outcome all;
  all.vacant = true;
  std::vector<BoundTree::Weighted> trees;
  for (Member& member : members) {
    all.vacant = all.vacant && member.outcome.vacant;
    all.error.Update(member.outcome.error);
    trees.push_back({member.weight, *std::move(member.outcome.tree)});
  }
  all.tree = BoundTree::Union(std::move(trees));
  return all;
}

}  // namespace

Outcome Evaluator::Bind(const Path& path) {
  Outcome outcome = Follow(path, Frame());
  // A part of a name that could not be followed to its end would be another name.
  if (!lookup_.exhausted().ok()) return Failed(lookup_.exhausted());
  return outcome;
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
  const BoundName& bound = std::get<BoundName>(name);
  Outcome outcome = Known(BoundTree::Leaf(bound));
  outcome.vacant = frame.choice && bound.addr != nullptr && lookup_.IsVacant(bound);
  return outcome;
}

template <class T>
Outcome Evaluator::Tree(const NameTree<T>& tree, Frame frame, const OnLeaf<T>& on_leaf) {
  using Kind = typename NameTree<T>::Kind;
  if (!lookup_.SpendNode()) return Failed(lookup_.exhausted());
  if (++frame.nesting > kMaxNesting) {
    return Failed(absl::FailedPreconditionError(absl::StrCat(
        "the rules that the name leads through nest more than ", kMaxNesting, " alternates and unions")));
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

Outcome Evaluator::First(size_t count, Frame frame, const std::function<Outcome(size_t, Frame)>& alternate) {
  if (count == 1) return alternate(0, frame);
  std::optional<Outcome> vacant;  // the first that is, for want of a better one
  absl::Status stale;             // of what was passed over
  const auto choose = [&stale](Outcome outcome) {
    outcome.error.Update(stale);
    return outcome;
  };
  for (size_t i = 0; i < count; ++i) {
    Frame inner = frame;
    inner.choice = frame.choice || vacant.has_value() || i + 1 < count;
    Outcome outcome = alternate(i, inner);
    if (IsPending(outcome)) return outcome;
    if (outcome.tree.has_value() && outcome.tree->is_neg()) {
      stale.Update(outcome.error);
      continue;
    }
    const bool leads = outcome.tree.has_value() && !outcome.tree->is_fail() && !outcome.tree->is_empty();
    if (leads && outcome.vacant) {
      if (!vacant.has_value()) vacant = std::move(outcome);
      continue;
    }
    if (!leads && vacant.has_value()) break;
    return choose(std::move(outcome));
  }
  return choose(vacant.has_value() ? *std::move(vacant) : Known(BoundTree::Neg()));
}

template <class T>
Outcome Evaluator::Union(const std::vector<typename NameTree<T>::Weighted>& members, Frame frame,
                         const OnLeaf<T>& on_leaf) {
  if (members.empty()) return Known(BoundTree::Neg());
  if (members.size() == 1) return Tree<T>(members[0].tree, frame, on_leaf);
  if (++frame.unions > kMaxUnionNesting) {
    return Failed(absl::FailedPreconditionError(
        absl::StrCat("the rules that the name leads through nest more than ", kMaxUnionNesting, " unions")));
  }
  frame.choice = true;
  std::vector<Member> known;
  absl::Status error;
  for (const auto& member : members) {
    Outcome outcome = Tree<T>(member.tree, frame, on_leaf);
    if (outcome.tree.has_value()) {
      known.push_back({member.weight, std::move(outcome)});
    } else {
      error.Update(outcome.error);
    }
  }
  if (known.empty()) return Failed(std::move(error));  // or pending, when no member is in error
  return Combine(std::move(known));
}

}  // namespace heddle
