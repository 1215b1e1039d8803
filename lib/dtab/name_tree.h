// NameTree<T>: what a name leads to: alternates (first that exists), weighted unions, leaves, and the three
// values without a destination. Source: com.twitter.finagle.NameTree (structure, simplification, printing,
// parsing).
#ifndef HEDDLE_LIB_DTAB_NAME_TREE_H_
#define HEDDLE_LIB_DTAB_NAME_TREE_H_

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/dtab/path.h"

namespace heddle {

// A value; copies are deep. Default: Neg.
template <class T>
class NameTree {
 public:
  struct Weighted;
  // ~ no such name (an alternate may be tried), ! stop looking, $ exists but is uninhabited.
  enum class Kind { kNeg, kFail, kEmpty, kLeaf, kAlt, kUnion };

  NameTree() = default;
  static NameTree Neg() { return NameTree(Value(std::in_place_index<0>)); }
  static NameTree Fail() { return NameTree(Value(std::in_place_index<1>)); }
  static NameTree Empty() { return NameTree(Value(std::in_place_index<2>)); }
  static NameTree Leaf(T value) { return NameTree(Value(std::in_place_index<3>, std::move(value))); }
  static NameTree Alt(std::vector<NameTree> trees) {
    return NameTree(Value(std::in_place_index<4>, std::move(trees)));
  }
  static NameTree Union(std::vector<Weighted> trees) {
    return NameTree(Value(std::in_place_index<5>, std::move(trees)));
  }

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_neg() const { return kind() == Kind::kNeg; }
  bool is_fail() const { return kind() == Kind::kFail; }
  bool is_empty() const { return kind() == Kind::kEmpty; }
  bool is_leaf() const { return kind() == Kind::kLeaf; }
  bool is_alt() const { return kind() == Kind::kAlt; }
  bool is_union() const { return kind() == Kind::kUnion; }

  // REQUIRES: the tree is of that kind.
  const T& leaf() const { return std::get<3>(value_); }
  const std::vector<NameTree>& alternates() const { return std::get<4>(value_); }
  const std::vector<Weighted>& members() const { return std::get<5>(value_); }

  // The same shape with f(leaf), of whatever type that is, at each leaf.
  template <class F>
  auto Map(F&& f) const -> NameTree<std::decay_t<std::invoke_result_t<F&, const T&>>>;

  // Calls f(leaf) for each leaf, from left to right.
  template <class F>
  void ForEachLeaf(F&& f) const;

  // The smallest tree that evaluates alike: no ~ in alternates or unions, nothing after !, no single-child
  // nodes (whose weight is lost). Nested alternates stay nested.
  NameTree Simplified() const;

  // The leaves that requests are spread over now, in order: the first alternate that is not ~, all members of
  // a union; none for $. nullopt if the tree comes down to ~ or !.
  std::optional<std::vector<T>> Eval() const;

  friend bool operator==(const NameTree&, const NameTree&) = default;

 private:
  // Adds the leaves to `out`; kNeg, kFail, or kLeaf for those two and anything else.
  Kind EvalTo(std::vector<T>* out) const;

  struct NegTag {
    friend bool operator==(NegTag, NegTag) = default;
  };
  struct FailTag {
    friend bool operator==(FailTag, FailTag) = default;
  };
  struct EmptyTag {
    friend bool operator==(EmptyTag, EmptyTag) = default;
  };
  using Value = std::variant<NegTag, FailTag, EmptyTag, T, std::vector<NameTree>, std::vector<Weighted>>;
  explicit NameTree(Value value) : value_(std::move(value)) {}

  Value value_;
};

template <class T>
struct NameTree<T>::Weighted {
  double weight = 1.0;  // >= 0, relative to the union's other members
  NameTree tree;
  friend bool operator==(const Weighted&, const Weighted&) = default;
};

// Reads "/a | 0.9*/b & 0.1*/c | ~": '&' binds tighter than '|', parentheses nest to a depth of kMaxTreeDepth,
// white space and # comments between tokens. The error is one of ParseErrorOf (parse_error.h).
inline constexpr int kMaxTreeDepth = 256;
absl::StatusOr<NameTree<Path>> ParseNameTree(absl::string_view text);

// What ParseNameTree reads back as an equal tree (but for nodes with one child, which print as the child).
// Weights other than 1 are printed with at least two decimals and as many as it takes to read the same number
// back.
std::string Show(const NameTree<Path>& tree);
std::string ShowWeight(double weight);

// The same for trees of other leaves; `show_leaf` prints one.
template <class T>
std::string ShowTree(const NameTree<T>& tree, const std::function<std::string(const T&)>& show_leaf);

// Implementation of the templates.

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

#endif  // HEDDLE_LIB_DTAB_NAME_TREE_H_
