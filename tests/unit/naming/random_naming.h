// Rules, names and what a namer knows, by chance and yet the same each time.
#ifndef HEDDLE_TESTS_UNIT_NAMING_RANDOM_NAMING_H_
#define HEDDLE_TESTS_UNIT_NAMING_RANDOM_NAMING_H_

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/naming/fixture.h"

namespace heddle {

class RandomNaming {
 public:
  static constexpr const char* kPaths[] = {"/a", "/a/x", "/a/y/z", "/b/x", "/c/y"};

  explicit RandomNaming(unsigned seed) : random_(seed) {}

  size_t Below(size_t n) { return random_() % n; }

  std::vector<Dentry> Rules(size_t most) {
    std::vector<Dentry> rules;
    for (size_t i = 1 + Below(most); i > 0; --i) rules.push_back(Rule());
    return rules;
  }
  Dtab Rules() { return Dtab(Rules(8)); }

  // Rules of /a lead to /b, those of /b to /c, and so on to the namer; a few lead back.
  Dentry Rule() {
    const size_t level = Below(3);
    std::vector<Prefix::Elem> prefix = {OneOf(kLevels, level)};
    while (Below(3) == 0) prefix.push_back(Below(4) == 0 ? Prefix::Elem() : OneOf(kLabels, Below(3)));
    return {Prefix(std::move(prefix)), Tree(level, 3)};
  }

  // One rule more, one less, or another.
  void Edit(std::vector<Dentry>* rules) {
    const auto at = rules->begin() + static_cast<ptrdiff_t>(Below(rules->size() + 1));
    const size_t choice = at == rules->end() ? 0 : Below(3);
    if (choice == 0) rules->insert(at, Rule());
    if (choice == 1) rules->erase(at);
    if (choice == 2) *at = Rule();
  }

  void ChangeNamer(TestNamer& namer, bool pending) {
    const std::string label = OneOf(kLabels, Below(3));
    switch (Below(pending ? 8 : 7)) {
      case 0:
        return namer.Forget(label);
      case 1:
        return namer.Set(label, Answer::Failed(absl::UnavailableError("away")));
      case 2:
        return namer.Know(label, Endpoints(0));
      case 3:
        return namer.Know(label, Addr::Absent());
      case 7:
        return namer.Set(label, Answer::Pending());
      default:
        return namer.Know(label, Endpoints(static_cast<int>(1 + Below(3))));
    }
  }

 private:
  static constexpr const char* kLevels[] = {"a", "b", "c"};
  static constexpr const char* kLabels[] = {"x", "y", "z"};

  static std::string OneOf(const char* const* all, size_t i) { return all[i]; }

  NameTree<Path> Tree(size_t level, size_t depth) {
    using Tree = NameTree<Path>;
    const size_t choice = Below(depth == 0 ? 9 : 18);
    if (choice == 0) return Tree::Neg();
    if (choice == 1) return Below(2) == 0 ? Tree::Fail() : Tree::Empty();
    if (choice < 9) return Tree::Leaf(Leaf(level));
    const size_t count = 1 + Below(3);
    if (choice < 12) {
      std::vector<Tree> trees;
      for (size_t i = 0; i < count; ++i) trees.push_back(this->Tree(level, depth - 1));
      return Tree::Alt(std::move(trees));
    }
    std::vector<Tree::Weighted> trees;
    for (size_t i = 0; i < count; ++i)
      trees.push_back({static_cast<double>(Below(4)), this->Tree(level, depth - 1)});
    return Tree::Union(std::move(trees));
  }

  Path Leaf(size_t level) {
    const size_t to = Below(40) == 0 ? Below(3) : level + 1 + Below(3);
    if (to >= 3) return Path{"#", "t"}.Concat(OneOf(kLabels, Below(3)));
    Path path{kLevels[to]};
    return Below(2) == 0 ? path : path.Concat(OneOf(kLabels, Below(3)));
  }

  std::mt19937 random_;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_NAMING_RANDOM_NAMING_H_
