#include "lib/dtab/name_tree.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "lib/dtab/parse_error.h"

namespace heddle {
namespace {

using Tree = NameTree<Path>;

Tree Leaf(const char* label) { return Tree::Leaf(Path{label}); }

TEST_CASE("A weight is shown with at least two decimals and reads back as the same number") {
  const std::pair<double, const char*> shown[] = {{0.7, "0.70"},
                                                  {0.001, "0.001"},
                                                  {1.001, "1.001"},
                                                  {100, "100.00"},
                                                  {0, "0.00"},
                                                  {0.1 + 0.2, "0.30000000000000004"},
                                                  {1e21, "1000000000000000000000.00"}};
  for (const auto& [weight, text] : shown) CHECK(ShowWeight(weight) == text);
  for (const double weight : {1.0 / 3, 1e-300, 5e-324, 123456.789, std::numeric_limits<double>::max()}) {
    const Tree tree = Tree::Union({{weight, Leaf("a")}, {1, Leaf("b")}});
    const auto again = ParseNameTree(Show(tree));
    REQUIRE(again.ok());
    CHECK(*again == tree);
  }
}

TEST_CASE("A weight beyond the range of numbers is refused") {
  const auto tree = ParseNameTree("1" + std::string(400, '0') + " * /a & /b");
  REQUIRE_FALSE(tree.ok());
  CHECK(ParseErrorOf(tree.status())->column == 1);
}

TEST_CASE("Parentheses nest to a limit, beyond which it is an error and not a crash") {
  const auto nested = [](size_t depth) { return std::string(depth, '(') + "/a" + std::string(depth, ')'); };
  CHECK(ParseNameTree(nested(kMaxTreeDepth)).ok());
  const auto refused = ParseNameTree(nested(kMaxTreeDepth + 1));
  REQUIRE_FALSE(refused.ok());
  CHECK(ParseErrorOf(refused.status())->column == kMaxTreeDepth + 1);
  CHECK_FALSE(ParseNameTree(std::string(1000000, '(')).ok());
  // Closed parentheses do not count.
  std::string side_by_side = "(/a)";
  for (int i = 0; i < 2 * kMaxTreeDepth; ++i) side_by_side += " | (/a)";
  CHECK(ParseNameTree(side_by_side).ok());
}

TEST_CASE("The deepest tree that can be read can be shown, compared, simplified, evaluated and mapped") {
  std::string text = "/a";
  for (int i = 0; i < kMaxTreeDepth; ++i) text = "(" + text + " & /b | ~)";
  const auto tree = ParseNameTree(text);
  REQUIRE(tree.ok());
  const auto again = ParseNameTree("(" + Show(*tree) + ")");
  CHECK((!again.ok() || *again == *tree));
  CHECK(tree->Simplified().Simplified() == tree->Simplified());
  CHECK(tree->Eval()->size() == kMaxTreeDepth + 1);
  CHECK(tree->Map([](const Path& path) { return path.size(); }).Eval()->size() == kMaxTreeDepth + 1);
}

TEST_CASE("Evaluation takes the first alternate that is there and every member of a union") {
  const auto eval = [](const char* text) { return ParseNameTree(text)->Eval(); };
  CHECK(eval("~ | /a | /b") == std::vector<Path>{{"a"}});
  CHECK(eval("(/a & ~ & !) | /b") == std::vector<Path>{{"a"}});
  CHECK(eval("(~ & !) | /b") == std::vector<Path>{{"b"}});
  CHECK(eval("$ | /b") == std::vector<Path>{});
  CHECK(eval("! | /b") == std::nullopt);
}

TEST_CASE("A tree of other leaves is mapped, walked and shown") {
  const auto tree = *ParseNameTree("/a | 0.5*/b/c & $");
  const NameTree<size_t> sizes = tree.Map([](const Path& path) { return path.size(); });
  CHECK(ShowTree<size_t>(sizes, [](const size_t& n) { return std::to_string(n); }) == "1 | 0.50*2 & $");
  size_t sum = 0;
  sizes.ForEachLeaf([&](size_t n) { sum += n; });
  CHECK(sum == 3);
}

}  // namespace
}  // namespace heddle
