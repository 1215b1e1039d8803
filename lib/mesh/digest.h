// Digests of what goes over the mesh stream: equal things have equal digests, in every process and version of
// Heddle that speaks the same protocol. Never 0. Not for adversaries: who writes dtabs can make them collide.
// Source: FNV-1a (draft-eastlake-fnv), finished with the mixer of MurmurHash3.
#ifndef HEDDLE_LIB_MESH_DIGEST_H_
#define HEDDLE_LIB_MESH_DIGEST_H_

#include <cstdint>

#include "lib/naming/addr.h"
#include "lib/naming/bound.h"

namespace heddle {

// Of the ids, residuals, weights and shape; not of the endpoints.
uint64_t DigestOf(const BoundTree& tree);

// REQUIRES: bound.
uint64_t DigestOf(const Addr& addr);

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_DIGEST_H_
