// The explanation of a name: how a path led to what it leads to, with every branch that was not taken.
#ifndef HEDDLE_LIB_NAMING_DELEGATE_TREE_H_
#define HEDDLE_LIB_NAMING_DELEGATE_TREE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lib/dtab/dtab.h"
#include "lib/naming/bound.h"

namespace heddle {

// A node of an explanation: how a path led to what it leads to, with every branch that was not taken. The
// kinds and their JSON are those of Linkerd's delegator (/delegator.json).
struct DelegateTree {
  struct Alt {
    std::vector<DelegateTree> trees;
  };
  struct Weighted;
  struct Union {
    std::vector<Weighted> trees;
  };
  struct Delegate {
    std::shared_ptr<const DelegateTree> tree;
  };
  struct Leaf {
    BoundName bound;
  };
  struct Transformation {
    std::string name;
    BoundName bound;
    std::shared_ptr<const DelegateTree> tree;
  };
  struct Exception {
    std::string message;
  };
  struct Neg {};
  struct Fail {};
  struct Empty {};

  // The path looked up, as shown; "~" or "!" where a dentry names those directly.
  std::string path;
  std::shared_ptr<const Dentry> dentry;  // what led here; null at the root
  std::variant<Neg, Fail, Empty, Alt, Union, Delegate, Leaf, Transformation, Exception> node;
};
struct DelegateTree::Weighted {
  double weight;
  DelegateTree tree;
};

// The nodes from the root to the first leaf whose id is `id`: the path of each, and its rule as shown ("" if
// it has none). A transformer gives two: before it and after it, the second with its name in place of a rule.
// nullopt if there is no such leaf. Source: io.buoyant.namer.DelegateTree.find.
using DelegateSteps = std::vector<std::pair<std::string, std::string>>;
std::optional<DelegateSteps> FindLeaf(const DelegateTree& tree, const Path& id);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_DELEGATE_TREE_H_
