// Builds the explanation of a name: every branch, taken or not. For lib/naming alone.
#ifndef HEDDLE_LIB_NAMING_EXPLAINER_H_
#define HEDDLE_LIB_NAMING_EXPLAINER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "lib/naming/delegate_tree.h"
#include "lib/naming/lookup.h"
#include "lib/naming/transformer.h"

namespace heddle {

// Source: io.buoyant.namer.ConfiguredNamersInterpreter.delegate.
class Explainer {
 public:
  // Both outlive it.
  Explainer(Lookup& lookup, const Transformers& transformers)
      : lookup_(lookup), transformers_(transformers), replacement_(LastReplacement(transformers)) {}

  // The simplified tree; meaningless while pending() says that a lookup had no answer yet. An error is one
  // that no alternate or union contains.
  absl::StatusOr<DelegateTree> Explain(const NameTree<Path>& tree);
  bool pending() const { return pending_; }

 private:
  using DentryPtr = std::shared_ptr<const Dentry>;
  struct Frame {
    int lookups = 0;
    int nesting = 0;
    int unions = 0;
    bool replaced = false;  // inside a tree that a transformer put in place of another
  };
  // Where a node stands: the path that was looked up and the rule that led there.
  struct Place {
    Path path;
    DentryPtr dentry;
    size_t bytes = 0;  // what a node here takes in an explanation that is written down
  };

  absl::StatusOr<DelegateTree> Follow(const Path& path, const DentryPtr& dentry, Frame frame);
  absl::StatusOr<DelegateTree> FollowNamers(const Path& path, const DentryPtr& dentry, Frame frame);
  absl::StatusOr<DelegateTree> FollowRule(const Path& path, const Dentry& rule, Frame frame);
  // The node for `tree`, whose leaves on_leaf(leaf, frame) explains.
  template <class T, class OnLeaf>
  absl::StatusOr<DelegateTree> Tree(const NameTree<T>& tree, const Place& place, Frame frame,
                                    const OnLeaf& on_leaf);

  // What the transformers from the `next`th on make of a client.
  absl::StatusOr<DelegateTree> Client(const BoundName& client, const Place& place, size_t next, Frame frame);
  // A node without a client, or what a transformer replaces it by.
  absl::StatusOr<DelegateTree> End(DelegateTree node, Frame frame);

  // False, for ever, when the explanation has become too long.
  bool SpendBytes(size_t bytes);
  // Then the tree is thrown away: thousands of rules on each level must not be followed to that end.
  bool used_up() const;

  Lookup& lookup_;
  const Transformers& transformers_;
  const std::optional<Replacement> replacement_;
  bool pending_ = false;
  size_t bytes_ = 0;
};

// Without the nodes that say nothing: a step to a node of the same path, an alternate or union of one,
// alternates directly inside alternates of the same path. Source: io.buoyant.namer.DelegateTree.simplified.
DelegateTree Simplify(const DelegateTree& tree);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_EXPLAINER_H_
