// Explanations as io.linkerd.mesh's messages.
#ifndef HEDDLE_NAMERD_MESH_API_DELEGATE_PROTO_H_
#define HEDDLE_NAMERD_MESH_API_DELEGATE_PROTO_H_

#include "lib/naming/delegate_tree.h"

namespace io::linkerd::mesh {
class BoundDelegateTree;
}

namespace heddle::namerd {

// What lies deeper than protobuf's readers go (100 messages) is left out: an exception node says so.
void ToProto(const DelegateTree& tree, io::linkerd::mesh::BoundDelegateTree* out);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_DELEGATE_PROTO_H_
