// What binding a logical name gives: a tree whose leaves are clients.
#ifndef HEDDLE_LIB_NAMING_BOUND_H_
#define HEDDLE_LIB_NAMING_BOUND_H_

#include <memory>
#include <optional>

#include "lib/base/status.h"
#include "lib/dtab/name_tree.h"
#include "lib/dtab/path.h"
#include "lib/naming/addr.h"
#include "lib/watch/watch.h"

namespace heddle {

// A leaf of a bound tree: the client's id (/#/io.l5d.fs/web), its endpoints as a watch shared by every tree
// that leads to it, and what of the name was left over.
struct BoundName {
  Path id;
  std::shared_ptr<Watch<Addr>> addr;
  Path residual;

  // Two leaves are the same when id and residual are; the watch follows from the id.
  friend bool operator==(const BoundName& a, const BoundName& b) {
    return a.id == b.id && a.residual == b.residual;
  }
};

// A leaf is never ~, !, $ by itself: those are nodes. Alternates have been resolved away, unions keep their
// weights as written and hold no ~ or ! unless nothing else is left.
using BoundTree = NameTree<BoundName>;

// The state of something that is looked up: not known yet, in error, or known. An error keeps the last known
// value if there was one, and never turns into an empty value.
template <class T>
struct Activity {
  std::optional<T> value;  // the last known; absent while pending or failed from the start
  absl::Status error;      // not OK while the source is in error

  static Activity Pending() { return {}; }
  static Activity Ok(T v) { return {std::move(v), absl::OkStatus()}; }
  static Activity Failed(absl::Status e, std::optional<T> last = std::nullopt) {
    return {std::move(last), std::move(e)};
  }
  bool pending() const { return !value.has_value() && error.ok(); }
  bool failed() const { return !error.ok(); }
  friend bool operator==(const Activity&, const Activity&) = default;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_BOUND_H_
