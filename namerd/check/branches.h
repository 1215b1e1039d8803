// The branches of an explained name that serve nobody, where another way serves it. For namerd/check alone.
#ifndef HEDDLE_NAMERD_CHECK_BRANCHES_H_
#define HEDDLE_NAMERD_CHECK_BRANCHES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/naming/delegate_tree.h"

namespace heddle::namerd {

// One of the ways that a rule offers a name.
struct Branch {
  std::shared_ptr<const Dentry> rule;
  std::string destination;  // as the rule has it: /srv
  std::string path;         // of this name: /srv/web
};

struct DeadBranch {
  enum class Role {
    kFirst,   // would be taken if it were there
    kMember,  // of a union: would have requests if it were there
    kLater,   // would be taken if all before it were not there
  };
  enum class End { kAbsent, kError, kEmpty };  // kEmpty: known, and without endpoints now

  Branch branch;
  Role role = Role::kFirst;
  double share = 0;  // of a union's requests, by the weights as written
  End end = End::kAbsent;
  std::string why;                        // "no rule and no namer has /#/io.l5d.fs/wbe"
  std::shared_ptr<const Dentry> instead;  // the rule that is taken; null if a namer's answer is, or a member
};

struct Branches {
  bool pending = false;  // some endpoints that matter are not known yet; then the rest means nothing
  std::vector<Branch> serving;
  std::vector<DeadBranch> dead;
};

// Nothing is dead on purpose: `~`, `!`, `$`, weight 0; a rule that is passed over and matches more than the
// one that is taken, or that matches all that begins so and is no longer than that. Nothing is told of a name
// that nobody serves. `addr_of`: the endpoints of a client as they are known now.
using AddrOf = std::function<const Addr&(const BoundName&)>;
Branches BranchesOf(const DelegateTree& root, const AddrOf& addr_of);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_BRANCHES_H_
