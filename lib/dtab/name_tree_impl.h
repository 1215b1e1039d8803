// The templates of name_tree.h. Include that.
#ifndef HEDDLE_LIB_DTAB_NAME_TREE_IMPL_H_
#define HEDDLE_LIB_DTAB_NAME_TREE_IMPL_H_

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/dtab/name_tree.h"

namespace heddle {

template <class T>
template <class F>
auto NameTree<T>::Map(F&& f) const -> NameTree<std::decay_t<std::invoke_result_t<F&, const T&>>> {
  using Result = NameTree<std::decay_t<std::invoke_result_t<F&, const T&>>>;
  switch (kind()) {
    case Kind::kNeg:
      return Result::Neg();
    case Kind::kFail:
      return Result::Fail();
    case Kind::kEmpty:
      return Result::Empty();
    case Kind::kLeaf:
      return Result::Leaf(f(leaf()));
    case Kind::kAlt: {
      std::vector<Result> trees;
      trees.reserve(alternates().size());
      for (const NameTree& tree : alternates()) trees.push_back(tree.Map(f));
      return Result::Alt(std::move(trees));
    }
    case Kind::kUnion:
      break;
  }
  std::vector<typename Result::Weighted> trees;
  trees.reserve(members().size());
  for (const Weighted& member : members()) trees.push_back({member.weight, member.tree.Map(f)});
  return Result::Union(std::move(trees));
}

template <class T>
template <class F>
void NameTree<T>::ForEachLeaf(F&& f) const {
  if (is_leaf()) f(leaf());
  if (is_alt()) {
    for (const NameTree& tree : alternates()) tree.ForEachLeaf(f);
  }
  if (is_union()) {
    for (const Weighted& member : members()) member.tree.ForEachLeaf(f);
  }
}

template <class T>
NameTree<T> NameTree<T>::Simplified() const {
  if (is_alt()) {
    std::vector<NameTree> kept;
    for (const NameTree& tree : alternates()) {
      NameTree simple = tree.Simplified();
      if (simple.is_neg()) continue;
      const bool last = simple.is_fail();
      kept.push_back(std::move(simple));
      if (last) break;
    }
    if (kept.empty()) return Neg();
    if (kept.size() == 1) return std::move(kept.front());
    return Alt(std::move(kept));
  }
  if (is_union()) {
    if (members().size() == 1) return members().front().tree.Simplified();
    std::vector<Weighted> kept;
    for (const Weighted& member : members()) {
      NameTree simple = member.tree.Simplified();
      if (simple.is_neg() || simple.is_fail()) continue;
      kept.push_back({member.weight, std::move(simple)});
    }
    if (kept.empty()) return Neg();
    if (kept.size() == 1) return std::move(kept.front().tree);
    return Union(std::move(kept));
  }
  return *this;
}

template <class T>
std::optional<std::vector<T>> NameTree<T>::Eval() const {
  std::vector<T> leaves;
  if (EvalTo(&leaves) != Kind::kLeaf) return std::nullopt;
  return leaves;
}

template <class T>
typename NameTree<T>::Kind NameTree<T>::EvalTo(std::vector<T>* out) const {
  switch (kind()) {
    case Kind::kNeg:
    case Kind::kFail:
      return kind();
    case Kind::kEmpty:
      return Kind::kLeaf;
    case Kind::kLeaf:
      out->push_back(leaf());
      return Kind::kLeaf;
    case Kind::kAlt:
      for (const NameTree& tree : alternates()) {
        if (const Kind result = tree.EvalTo(out); result != Kind::kNeg) return result;
      }
      return Kind::kNeg;
    case Kind::kUnion:
      break;
  }
  if (members().size() == 1) return members().front().tree.EvalTo(out);
  Kind result = Kind::kNeg;
  for (const Weighted& member : members()) {
    if (member.tree.EvalTo(out) == Kind::kLeaf) result = Kind::kLeaf;
  }
  return result;
}

namespace internal {

// A node with one child prints as the child.
template <class T>
const NameTree<T>& SkipSingles(const NameTree<T>& tree) {
  const NameTree<T>* at = &tree;
  while (true) {
    if (at->is_alt() && at->alternates().size() == 1) {
      at = &at->alternates().front();
    } else if (at->is_union() && at->members().size() == 1) {
      at = &at->members().front().tree;
    } else {
      return *at;
    }
  }
}

// What may stand without parentheses: everything, a member of an alternate (unions, not alternates), a member
// of a union (neither).
enum class ShowLevel { kAny, kAlternate, kMember };

template <class T>
void AppendTree(const NameTree<T>& node, ShowLevel level,
                const std::function<std::string(const T&)>& show_leaf, std::string* out) {
  using Kind = typename NameTree<T>::Kind;
  const NameTree<T>& tree = SkipSingles(node);
  const bool parentheses =
      (tree.is_alt() && level != ShowLevel::kAny) || (tree.is_union() && level == ShowLevel::kMember);
  if (parentheses) out->push_back('(');
  switch (tree.kind()) {
    case Kind::kNeg:
      out->push_back('~');
      break;
    case Kind::kFail:
      out->push_back('!');
      break;
    case Kind::kEmpty:
      out->push_back('$');
      break;
    case Kind::kLeaf:
      out->append(show_leaf(tree.leaf()));
      break;
    case Kind::kAlt:
      for (size_t i = 0; i < tree.alternates().size(); ++i) {
        if (i > 0) out->append(" | ");
        AppendTree(tree.alternates()[i], ShowLevel::kAlternate, show_leaf, out);
      }
      break;
    case Kind::kUnion:
      for (size_t i = 0; i < tree.members().size(); ++i) {
        const auto& member = tree.members()[i];
        if (i > 0) out->append(" & ");
        if (member.weight != 1.0) absl::StrAppend(out, ShowWeight(member.weight), "*");
        AppendTree(member.tree, ShowLevel::kMember, show_leaf, out);
      }
      break;
  }
  if (parentheses) out->push_back(')');
}

}  // namespace internal

template <class T>
std::string ShowTree(const NameTree<T>& tree, const std::function<std::string(const T&)>& show_leaf) {
  std::string out;
  internal::AppendTree(tree, internal::ShowLevel::kAny, show_leaf, &out);
  return out;
}

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_NAME_TREE_IMPL_H_
