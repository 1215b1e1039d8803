// NameTree<T>: what a name leads to: alternates (first that exists), weighted unions, leaves, and the three
// values without a destination. Source: com.twitter.finagle.NameTree (structure, simplification, printing,
// parsing).
#ifndef HEDDLE_LIB_DTAB_NAME_TREE_H_
#define HEDDLE_LIB_DTAB_NAME_TREE_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
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

}  // namespace heddle

#include "lib/dtab/name_tree_impl.h"  // IWYU pragma: export

#endif  // HEDDLE_LIB_DTAB_NAME_TREE_H_
