// How far the fleet is with one version of a namespace: an answer to "is it live everywhere?".
#ifndef HEDDLE_NAMERD_FLEET_CONVERGENCE_H_
#define HEDDLE_NAMERD_FLEET_CONVERGENCE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace heddle::namerd {

// Of the proxies that are connected and follow the namespace: those that have gone are not waited for.
struct Convergence {
  size_t following = 0;
  size_t applied = 0;               // run the version or a later one
  std::vector<std::string> behind;  // the ids of the others
  // The ids of those that were behind when their stream ended, and have not come back: they are stopped, or
  // cut off and route by what they last knew. From Fleet::Await alone; at most Fleet::kMaxGone.
  std::vector<std::string> gone;
  // From when the version came (Fleet::OnVersion; if that is not known, from the call of Fleet::Await) to the
  // last acknowledgement, or to the limit.
  Millis took{0};
  bool complete() const { return behind.empty(); }
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_CONVERGENCE_H_
