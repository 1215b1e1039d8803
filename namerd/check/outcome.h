// Where a name leads, as far as it matters to whoever sends requests to it.
#ifndef HEDDLE_NAMERD_CHECK_OUTCOME_H_
#define HEDDLE_NAMERD_CHECK_OUTCOME_H_

#include <string>
#include <vector>

#include "lib/dtab/path.h"
#include "lib/naming/delegate_tree.h"
#include "lib/naming/interpreter.h"

namespace heddle::namerd {

struct Destination {
  Path id, residual;
  double share = 0;      // 0..1, of the requests
  size_t endpoints = 0;  // known now
  bool serves = false;   // has endpoints, or is a status that the proxy answers with
};

struct Outcome {
  enum class State {
    kUnknown,      // not known in time
    kServed,       // at least one destination serves
    kNoEndpoints,  // leads to clients, of which none has endpoints
    kAbsent,       // leads nowhere
    kFails,        // following it is an error
  };
  State state = State::kUnknown;
  std::vector<Destination> destinations;  // when served or without endpoints; each client once, in the order
                                          // of the tree
  std::string why;                        // in words, when there are none; may be empty

  // The same clients with the same shares: endpoints come and go.
  bool SameAs(const Outcome& other) const;
};
const char* StateName(Outcome::State state);  // "served", "no_endpoints", "absent", "fails", "unknown"

// What a binding comes to with the endpoints as they are known; unknown while they or the binding are
// pending.
Outcome OutcomeOf(const Activity<Binding>& binding);

// Why a name leads nowhere, of its explanation: "no rule and no namer has /srv/wrold". "" if it does not say.
std::string WhyAbsent(const DelegateTree& explanation);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_OUTCOME_H_
