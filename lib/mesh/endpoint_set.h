// Endpoint sets as messages: whole, or as what has changed since the set that the peer has.
#ifndef HEDDLE_LIB_MESH_ENDPOINT_SET_H_
#define HEDDLE_LIB_MESH_ENDPOINT_SET_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/naming/addr.h"

namespace heddle::mesh::v1 {
class EndpointSet;
}

namespace heddle {

// Writes `addr` as a whole; `digest` is that of `addr` when it is bound. The client is the caller's to fill
// in.
void WriteSnapshot(const Addr& addr, uint64_t digest, mesh::v1::EndpointSet* out);

// Writes the change from `base` to `addr`, or `addr` as a whole where that is shorter. REQUIRES: both are
// bound.
void WriteChange(const Addr& base, const Addr& addr, uint64_t digest, mesh::v1::EndpointSet* out);

// What `message` makes of `base` (used by deltas only). REQUIRES: the state is PENDING, ABSENT, FAILED or
// BOUND. InvalidArgument for addresses, ports and weights that are none; FailedPrecondition for a delta
// without a bound base.
absl::StatusOr<Addr> ReadEndpointSet(const Addr& base, const mesh::v1::EndpointSet& message);

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_ENDPOINT_SET_H_
