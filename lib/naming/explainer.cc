#include "lib/naming/explainer.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status.h"

namespace heddle {
namespace {

const Path& FailPrefix() {
  static const auto& path = *new Path{"$", "fail"};
  return path;
}

// A rule is written down at every node that it leads to.
constexpr size_t kMaxBytes = size_t{16} << 20;

absl::Status TooLong() {
  return absl::ResourceExhaustedError(absl::StrCat(
      "the explanation has more than ", kMaxBytes >> 20,
      " MiB: the rules that the name leads through are long; ask about a name further on its way"));
}

// An error inside an alternate or union is one branch's.
DelegateTree Contain(absl::StatusOr<DelegateTree> branch, const std::string& path,
                     const std::shared_ptr<const Dentry>& dentry) {
  if (branch.ok()) return *std::move(branch);
  return {path, dentry, DelegateTree::Exception{std::string(branch.status().message())}};
}

}  // namespace

absl::StatusOr<DelegateTree> Explainer::Explain(const NameTree<Path>& tree) {
  auto explained = Tree(tree, Place(), Frame(),
                        [this](const Path& path, Frame frame) { return Follow(path, nullptr, frame); });
  if (!lookup_.exhausted().ok()) return lookup_.exhausted();
  if (!SpendBytes(0)) return TooLong();
  if (!explained.ok()) return explained.status();
  return Simplify(*explained);
}

bool Explainer::SpendBytes(size_t bytes) {
  bytes_ += bytes;
  return bytes_ <= kMaxBytes;
}

bool Explainer::used_up() const { return !lookup_.exhausted().ok() || bytes_ > kMaxBytes; }

absl::StatusOr<DelegateTree> Explainer::Follow(const Path& path, const DentryPtr& dentry, Frame frame) {
  if (!lookup_.SpendPath(path)) return lookup_.exhausted();
  const std::vector<const Dentry*> rules = lookup_.Rules(path);
  if (rules.empty()) return FollowNamers(path, dentry, frame);
  const std::string shown = path.Show();
  if (rules.size() == 1 && rules[0]->dst.is_neg()) {
    // A path whose only rule says ~ is looked up in the namers all the same.
    ASSIGN_OR_RETURN(DelegateTree found, FollowNamers(path, dentry, frame));
    if (!std::holds_alternative<DelegateTree::Neg>(found.node)) {
      ASSIGN_OR_RETURN(DelegateTree none, FollowRule(path, *rules[0], frame));
      return DelegateTree{shown, dentry, DelegateTree::Alt{{std::move(none), std::move(found)}}};
    }
  }
  if (++frame.lookups > kMaxLookups) return lookup_.TooFar(path);
  if (rules.size() == 1) {
    ASSIGN_OR_RETURN(DelegateTree next, FollowRule(path, *rules[0], frame));
    return DelegateTree{shown, dentry,
                        DelegateTree::Delegate{std::make_shared<DelegateTree>(std::move(next))}};
  }
  DelegateTree::Alt alt;
  for (const Dentry* rule : rules) {
    alt.trees.push_back(Contain(FollowRule(path, *rule, frame), shown, dentry));
    if (used_up()) break;
  }
  return DelegateTree{shown, dentry, std::move(alt)};
}

absl::StatusOr<DelegateTree> Explainer::FollowNamers(const Path& path, const DentryPtr& dentry, Frame frame) {
  const Activity<NameTree<Name>> answer = lookup_.Namers(path);
  const std::string shown = path.Show();
  if (answer.pending()) {
    pending_ = true;
    return DelegateTree{shown, dentry, DelegateTree::Neg()};
  }
  if (!answer.value.has_value()) {
    return DelegateTree{shown, dentry, DelegateTree::Exception{std::string(answer.error.message())}};
  }
  if (++frame.lookups > kMaxLookups) return lookup_.TooFar(path);
  if (answer.value->is_neg()) return End({path.empty() ? "~" : shown, dentry, DelegateTree::Neg()}, frame);
  const Place place = {path, dentry};
  return Tree(*answer.value, place, frame, [&](const Name& name, Frame at) {
    if (const Path* next = std::get_if<Path>(&name)) return Follow(*next, dentry, at);
    return Client(std::get<BoundName>(name), place, 0, at);
  });
}

absl::StatusOr<DelegateTree> Explainer::Client(const BoundName& client, const Place& place, size_t next,
                                               Frame frame) {
  const std::string shown = place.path.Show();
  if (next == transformers_.size()) return DelegateTree{shown, place.dentry, DelegateTree::Leaf{client}};
  Transformer& transformer = *transformers_[next];
  ASSIGN_OR_RETURN(DelegateTree after, Tree(transformer.TransformClient(client), place, frame,
                                            [&](const BoundName& inner, Frame at) {
                                              return Client(inner, {inner.id, place.dentry}, next + 1, at);
                                            }));
  return DelegateTree{shown, nullptr,
                      DelegateTree::Transformation{transformer.name(), client,
                                                   std::make_shared<DelegateTree>(std::move(after))}};
}

absl::StatusOr<DelegateTree> Explainer::End(DelegateTree node, Frame frame) {
  if (!replacement_.has_value() || frame.replaced) return node;
  frame.replaced = true;
  const Place place = {Path(), node.dentry};
  ASSIGN_OR_RETURN(DelegateTree after,
                   Tree(replacement_->tree, place, frame, [&](const BoundName& client, Frame at) {
                     return Client(client, {client.id, place.dentry}, replacement_->next, at);
                   }));
  node.node = DelegateTree::Delegate{std::make_shared<DelegateTree>(std::move(after))};
  return node;
}

absl::StatusOr<DelegateTree> Explainer::FollowRule(const Path& path, const Dentry& rule, Frame frame) {
  const Lookup::Following following(lookup_, rule);
  const auto dentry = std::make_shared<const Dentry>(rule);
  const Path rest = path.Drop(rule.prefix.size());
  return Tree(rule.dst, {path, dentry, dentry->Show().size()}, frame,
              [&](const Path& leaf, Frame at) { return Follow(leaf.Concat(rest), dentry, at); });
}

template <class T, class OnLeaf>
absl::StatusOr<DelegateTree> Explainer::Tree(const NameTree<T>& tree, const Place& place, Frame frame,
                                             const OnLeaf& on_leaf) {
  using Kind = typename NameTree<T>::Kind;
  if (!lookup_.SpendNode()) return lookup_.exhausted();
  if (!SpendBytes(place.bytes)) return TooLong();
  if (++frame.nesting > kMaxNesting) {
    return TooNested();
  }
  const std::string shown = place.path.Show();
  switch (tree.kind()) {
    case Kind::kNeg:
      return End({"~", place.dentry, DelegateTree::Neg()}, frame);
    case Kind::kFail:
      return End({place.path.StartsWith(FailPrefix()) ? shown : "!", place.dentry, DelegateTree::Fail()},
                 frame);
    case Kind::kEmpty:
      return End({shown, place.dentry, DelegateTree::Empty()}, frame);
    case Kind::kLeaf:
      return on_leaf(tree.leaf(), frame);
    case Kind::kAlt: {
      DelegateTree::Alt alt;
      for (const auto& alternate : tree.alternates()) {
        alt.trees.push_back(Contain(Tree(alternate, place, frame, on_leaf), shown, place.dentry));
        if (used_up()) break;
      }
      return DelegateTree{shown, place.dentry, std::move(alt)};
    }
    case Kind::kUnion:
      break;
  }
  if (tree.members().size() > 1 && ++frame.unions > kMaxUnionNesting) return TooManyUnions();
  DelegateTree::Union all;
  for (const auto& member : tree.members()) {
    all.trees.push_back(
        {member.weight, Contain(Tree(member.tree, place, frame, on_leaf), shown, place.dentry)});
    if (used_up()) break;
  }
  return DelegateTree{shown, place.dentry, std::move(all)};
}

namespace {

DelegateTree SimplifyStep(const DelegateTree& tree, const DelegateTree& next) {
  DelegateTree simple = Simplify(next);
  const bool ends = std::holds_alternative<DelegateTree::Neg>(simple.node) ||
                    std::holds_alternative<DelegateTree::Fail>(simple.node) ||
                    std::holds_alternative<DelegateTree::Empty>(simple.node);
  if (!ends && simple.path == tree.path) {
    if (!std::holds_alternative<DelegateTree::Transformation>(simple.node)) simple.dentry = tree.dentry;
    return simple;
  }
  return {tree.path, tree.dentry, DelegateTree::Delegate{std::make_shared<DelegateTree>(std::move(simple))}};
}

DelegateTree SimplifyAlt(const DelegateTree& tree, const DelegateTree::Alt& alt) {
  if (alt.trees.empty()) return {tree.path, tree.dentry, DelegateTree::Neg()};
  if (alt.trees.size() == 1) return SimplifyStep(tree, alt.trees[0]);
  DelegateTree::Alt flat;
  for (const DelegateTree& branch : alt.trees) {
    DelegateTree simple = Simplify(branch);
    auto* inner = std::get_if<DelegateTree::Alt>(&simple.node);
    if (inner != nullptr && simple.path == tree.path) {
      for (DelegateTree& deeper : inner->trees) flat.trees.push_back(std::move(deeper));
    } else {
      flat.trees.push_back(std::move(simple));
    }
  }
  return {tree.path, tree.dentry, std::move(flat)};
}

DelegateTree SimplifyUnion(const DelegateTree& tree, const DelegateTree::Union& all) {
  if (all.trees.empty()) return {tree.path, tree.dentry, DelegateTree::Neg()};
  if (all.trees.size() == 1) return SimplifyStep(tree, all.trees[0].tree);
  DelegateTree::Union simple;
  for (const auto& member : all.trees) simple.trees.push_back({member.weight, Simplify(member.tree)});
  return {tree.path, tree.dentry, std::move(simple)};
}

}  // namespace

DelegateTree Simplify(const DelegateTree& tree) {
  if (const auto* step = std::get_if<DelegateTree::Delegate>(&tree.node))
    return SimplifyStep(tree, *step->tree);
  if (const auto* alt = std::get_if<DelegateTree::Alt>(&tree.node)) return SimplifyAlt(tree, *alt);
  if (const auto* all = std::get_if<DelegateTree::Union>(&tree.node)) return SimplifyUnion(tree, *all);
  return tree;
}

}  // namespace heddle
