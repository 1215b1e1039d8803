// Where the requests for an explained name go now, and why the rest of its ways get none. For lib/naming
// alone.
#ifndef HEDDLE_LIB_NAMING_SHARES_H_
#define HEDDLE_LIB_NAMING_SHARES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "lib/naming/delegate_tree.h"

namespace heddle {

struct NodeShare {
  // The part of the requests that goes this way, 0 to 1: a union's by its members' weights, as far as they
  // can serve. Requests do end at ! and $; at ~ and in an error none do.
  double share = 0;
  // Not empty where the share is 0, and at an end that serves nobody.
  std::string why;
};
using Shares = absl::flat_hash_map<const DelegateTree*, NodeShare>;

// Of every node of `root`, which is simplified, as the endpoints are known now. The leaves' shares are those
// of the tree that the name is bound to.
Shares SharesOf(const DelegateTree& root);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_SHARES_H_
