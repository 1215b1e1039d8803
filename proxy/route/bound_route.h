// Where a logical name leads, flattened for picking: the immutable snapshot that the control loop gives to
// workers.
#ifndef HEDDLE_PROXY_ROUTE_BOUND_ROUTE_H_
#define HEDDLE_PROXY_ROUTE_BOUND_ROUTE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "lib/base/status.h"
#include "lib/naming/bound.h"
#include "lib/naming/interpreter.h"

namespace heddle {

struct BoundRoute {
  // A leaf of the tree, or a $ in a union: a part of the requests that leads nowhere.
  struct Target {
    std::string client;    // "/#/io.l5d.fs/web"; "" for a $
    std::string residual;  // "/a"; "" if nothing is left over
    int status = 0;        // not 0: no endpoint is asked, the proxy answers with this status itself
  };
  // How the targets share the requests: a target (no members), or a union of such.
  struct Branch {
    double weight = 1.0;  // > 0; relative to the other members of the union
    size_t target = 0;
    std::vector<Branch> members;
  };
  // Without a target: the name is known to lead nowhere (~, ! or $, in `nowhere`), or `error` is not OK.
  std::vector<Target> targets;
  Branch branches;
  char nowhere = 0;
  absl::Status error;
  DtabVersion version;
};

// Of alternates the first that is not ~ counts. Members of a union that are ~ or ! are left out as long as
// another is not; those of weight 0 as well, but where all are 0 they count alike. Source:
// com.twitter.finagle.naming.NameTreeFactory, com.twitter.finagle.util.Drv.fromWeights. `leaves`, if not
// null, gets the leaves that became targets, in their order.
BoundRoute Flatten(const Binding& binding, std::vector<BoundName>* leaves = nullptr);

// The part of the requests, from 0 to 1, that each target gets. In every union the members that have a target
// which is `present` share what the union gets; where none has, all do.
std::vector<double> Shares(const BoundRoute& route, absl::FunctionRef<bool(size_t target)> present);

// The target that `unit`, a number drawn evenly from [0, 1), stands for. REQUIRES: `shares` is not empty.
size_t Draw(const std::vector<double>& shares, double unit);

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_BOUND_ROUTE_H_
