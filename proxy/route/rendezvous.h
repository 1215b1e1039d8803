// Which member of a union a pin leads to: weighted rendezvous hashing. Every pair of a pin and a target has a
// number of its own, drawn as an exponential whose rate is the target's share; the least wins. So each target
// gets its share of all pins; and when shares change, a pin moves only to a target whose share has grown
// compared with that of the one it leaves: while one side of a shift grows, nobody moves back. Source: D. G.
// Thaler and C. V. Ravishankar, "A Name-Based Mapping Scheme for Rendezvous" (1996), sections 3 and 5; the
// weights as in J. Resch, "New Hashing Algorithms for Data Storage" (SNIA SDC 2015).
#ifndef HEDDLE_PROXY_ROUTE_RENDEZVOUS_H_
#define HEDDLE_PROXY_ROUTE_RENDEZVOUS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "proxy/route/bound_route.h"

namespace heddle {

// A number for each target, by its names alone, so that all proxies and workers have the same, in whatever
// order the union has its members. What a transformer puts before a client's id does not count: the proxies
// of several nodes, and the two that one request passes, may transform differently.
std::vector<uint64_t> RendezvousNames(const std::vector<BoundRoute::Target>& targets);

// The index of the target, one with a share. REQUIRES: as many names as shares, and one.
size_t RendezvousOf(const std::vector<uint64_t>& names, const std::vector<double>& shares, uint64_t pin);

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_RENDEZVOUS_H_
