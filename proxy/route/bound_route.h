// Where a logical name leads, flattened for picking: the immutable snapshot that the control loop gives to
// workers.
#ifndef HEDDLE_PROXY_ROUTE_BOUND_ROUTE_H_
#define HEDDLE_PROXY_ROUTE_BOUND_ROUTE_H_

#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/naming/bound.h"
#include "lib/naming/interpreter.h"

namespace heddle {

struct BoundRoute {
  // A leaf of the tree, or a part of a union that leads nowhere.
  struct Target {
    double weight = 1.0;   // > 0; relative to the others
    std::string client;    // "/#/io.l5d.fs/web"; "" if it leads nowhere
    std::string residual;  // "/a"; "" if nothing is left over
  };
  // Without a target: the name is known to lead nowhere (~, ! or $, in `nowhere`), or `error` is not OK.
  std::vector<Target> targets;
  char nowhere = 0;
  absl::Status error;
  DtabVersion version;
};

// Weights of nested unions are multiplied; of alternates the first that is not ~ counts; members of weight 0
// are left out.
BoundRoute Flatten(const Binding& binding);

// The leaves that Flatten makes targets of, in its order; they live as long as `tree`.
std::vector<const BoundName*> TargetLeaves(const BoundTree& tree);

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_BOUND_ROUTE_H_
