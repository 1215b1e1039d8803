// Interpreters turn logical names into clients, as watches.
#ifndef HEDDLE_LIB_NAMING_INTERPRETER_H_
#define HEDDLE_LIB_NAMING_INTERPRETER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"
#include "lib/naming/bound.h"
#include "lib/watch/watch.h"

namespace heddle {

// Which state of a namespace something was evaluated at. Versions of different epochs are not comparable
// (DESIGN.md section 6). {0, 0}: a dtab that has no version, such as one in a config file.
struct DtabVersion {
  uint64_t epoch = 0;
  uint64_t revision = 0;
  friend bool operator==(const DtabVersion&, const DtabVersion&) = default;
};

// A binding as it stands.
struct Binding {
  BoundTree tree;
  DtabVersion version;
  friend bool operator==(const Binding&, const Binding&) = default;
};

// A node of an explanation: how a path led to what it leads to, with every branch that was not taken. The kinds and
// their JSON are those of Linkerd's delegator (/delegator.json).
struct DelegateTree {
  struct Alt { std::vector<DelegateTree> trees; };
  struct Weighted;
  struct Union { std::vector<Weighted> trees; };
  struct Delegate { std::shared_ptr<const DelegateTree> tree; };
  struct Leaf { BoundName bound; };
  struct Transformation { std::string name; BoundName bound; std::shared_ptr<const DelegateTree> tree; };
  struct Exception { std::string message; };
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

// All calls on the loop that owns the interpreter.
class Interpreter {
 public:
  virtual ~Interpreter() = default;

  // The binding of `path` under the interpreter's own dtab with `local` after it (the request's overrides win). Lazy;
  // equal arguments may share one watch. It changes only when the tree does or its version's epoch or revision is
  // re-evaluated: endpoint changes come through the leaves' own watches.
  virtual std::shared_ptr<Watch<Activity<Binding>>> Bind(const Dtab& local, const Path& path) = 0;

  // Explains `path`. The watch is pending until every lookup has answered; subscribe, take the first value, let go.
  virtual std::shared_ptr<Watch<Activity<DelegateTree>>> Delegate(const Dtab& local, const Path& path) = 0;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_INTERPRETER_H_
