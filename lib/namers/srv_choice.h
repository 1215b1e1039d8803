// Which of a service's SRV records are used, and what share each of their addresses gets. Pure.
#ifndef HEDDLE_LIB_NAMERS_SRV_CHOICE_H_
#define HEDDLE_LIB_NAMERS_SRV_CHOICE_H_

#include <vector>

#include "lib/naming/addr.h"
#include "lib/net/dns_message.h"

namespace heddle {

// A record and what is known of its target's addresses.
struct SrvTarget {
  SrvRecord record;
  Addr addr;
};

// The addresses of the records with the lowest priority of which any address is known (RFC 2782: the others
// are spare). The shares of RFC 2782 become endpoint weights: a record gets its weight, split over its
// target's addresses; those of weight 0 get together 1, the "very small chance" that they have beside others,
// and all the same if there are no others. The weights are scaled so that the greatest is 1: weights that
// change in step (33 each of three, 25 each of four) change nothing.
// Without any address: pending while a target is, failed if one is, else absent.
Addr ChooseEndpoints(std::vector<SrvTarget> targets);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_SRV_CHOICE_H_
