// Follows a name to its clients: the core of a binding. For lib/naming alone.
#ifndef HEDDLE_LIB_NAMING_EVALUATOR_H_
#define HEDDLE_LIB_NAMING_EVALUATOR_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "lib/naming/bound.h"
#include "lib/naming/lookup.h"
#include "lib/naming/transformer.h"

namespace heddle {

// Source of the semantics: com.twitter.finagle.Namer.bind; see local_interpreter.h for what differs.
class Evaluator {
 public:
  // Neither tree nor error: pending. Both: the tree rests on a namer's last known answer.
  struct Outcome {
    std::optional<BoundTree> tree;  // simplified, without alternates
    absl::Status error;
    bool vacant = false;  // these two: see Standing
    bool final = false;
  };

  // Both outlive it.
  Evaluator(Lookup& lookup, const Transformers& transformers)
      : lookup_(lookup), transformers_(transformers), replacement_(LastReplacement(transformers)) {}

  Outcome Bind(const Path& path);

 private:
  struct Frame {
    int lookups = 0;
    int nesting = 0;
    int unions = 0;
    bool choice = false;  // whether a leaf's vacancy matters
  };
  template <class T>
  using OnLeaf = absl::FunctionRef<Outcome(const T&, Frame)>;

  Outcome Follow(const Path& path, Frame frame);
  Outcome FollowNamers(const Path& path, Frame frame);
  Outcome FollowName(const Name& name, Frame frame);
  // What the transformers from the `next`th on make of a client.
  Outcome Client(const BoundName& client, size_t next, Frame frame);
  template <class T>
  Outcome Tree(const NameTree<T>& tree, Frame frame, OnLeaf<T> on_leaf);
  // The first of `count` alternates that is not absent.
  Outcome First(size_t count, Frame frame, absl::FunctionRef<Outcome(size_t, Frame)> alternate);
  template <class T>
  Outcome Union(const std::vector<typename NameTree<T>::Weighted>& members, Frame frame, OnLeaf<T> on_leaf);

  Lookup& lookup_;
  const Transformers& transformers_;
  const std::optional<Replacement> replacement_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_EVALUATOR_H_
