// Which alternate is taken, and which members of a union: what bindings choose by and explanations tell. For
// interpreters.
#ifndef HEDDLE_LIB_NAMING_CHOICE_H_
#define HEDDLE_LIB_NAMING_CHOICE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "lib/dtab/path.h"
#include "lib/naming/addr.h"
#include "lib/naming/bound.h"

namespace heddle {

// True if the endpoints of client `id` are known to be absent or none, and no proxy answers in their place.
bool IsVacant(const Path& id, const Addr& addr);

// What a branch has come to.
struct Standing {
  // kAbsent is ~, kFail !, kEmpty $; kLeads: to clients, or to ways that have some.
  enum class State { kPending, kError, kAbsent, kFail, kEmpty, kLeads };
  State state = State::kPending;
  bool vacant = false;  // leads to clients whose endpoints are known to be absent or none
  bool final = false;   // vacant, and what came after in it forbids to look further: !, $, or an error

  bool known() const { return state != State::kPending && state != State::kError; }
};

// Of a branch that has come to `tree`, whose alternates have been chosen from already.
Standing StandingOf(const BoundTree& tree, bool vacant, bool final = false);

// Offered the alternates one after the other, in order.
class AlternateChoice {
 public:
  // False when the choice is made: alternates after this one do not matter.
  bool Offer(const Standing& alternate);
  // The alternate that is taken; nullopt: all are absent. Valid when all have been offered or the choice is
  // made.
  std::optional<size_t> taken() const { return taken_.has_value() ? taken_ : vacant_; }
  // Whether an alternate that has no endpoints was taken because nothing may be looked for after it.
  bool final() const { return final_; }
  // One with endpoints would be taken instead of what was offered so far.
  bool has_vacant() const { return vacant_.has_value(); }

 private:
  size_t offered_ = 0;
  std::optional<size_t> taken_;
  std::optional<size_t> vacant_;  // the first that is, for want of a better one
  bool final_ = false;
};

struct StandingMember {
  double weight;
  Standing standing;
};

// Which members of a union of at least two are kept: those that are known and not absent; of these only those
// that are not vacant, if one of them is to have requests and can serve them. When one is kept, it stands for
// the union, and its weight does not matter. All false: the union is absent, or in error if a member is, or
// pending.
std::vector<bool> KeptMembers(const std::vector<StandingMember>& members);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_CHOICE_H_
