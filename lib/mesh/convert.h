// Names as messages and back. Messages come from outside: whatever is wrong or beyond lib/mesh/limits.h is
// InvalidArgument with what and where; nothing recurses deeper than kMaxTreeDepth.
#ifndef HEDDLE_LIB_MESH_CONVERT_H_
#define HEDDLE_LIB_MESH_CONVERT_H_

#include <functional>
#include <memory>

#include "lib/base/status.h"
#include "lib/dtab/dtab.h"
#include "lib/dtab/name_tree.h"
#include "lib/dtab/path.h"
#include "lib/naming/bound.h"
#include "lib/watch/watch.h"

namespace io::linkerd::mesh {
class BoundNameTree;
class Dtab;
class Dtab_Dentry;
class Path;
class PathNameTree;
}  // namespace io::linkerd::mesh
namespace heddle::mesh::v1 {
class BoundTree;
}

namespace heddle {

void ToProto(const Path& path, io::linkerd::mesh::Path* out);
absl::StatusOr<Path> FromProto(const io::linkerd::mesh::Path& path);

// Fail for trees that are too deep for the wire.
absl::Status ToProto(const NameTree<Path>& tree, io::linkerd::mesh::PathNameTree* out);
absl::Status ToProto(const Dentry& dentry, io::linkerd::mesh::Dtab_Dentry* out);
absl::Status ToProto(const Dtab& dtab, io::linkerd::mesh::Dtab* out);
absl::Status ToProto(const BoundTree& tree, mesh::v1::BoundTree* out);
absl::Status ToProto(const BoundTree& tree, io::linkerd::mesh::BoundNameTree* out);

absl::StatusOr<NameTree<Path>> FromProto(const io::linkerd::mesh::PathNameTree& tree);
absl::StatusOr<Dtab> FromProto(const io::linkerd::mesh::Dtab& dtab);
// `addr_of` gives the endpoints of a leaf's id.
using AddrOf = std::function<std::shared_ptr<Watch<Addr>>(const Path& id)>;
absl::StatusOr<BoundTree> FromProto(const mesh::v1::BoundTree& tree, const AddrOf& addr_of);

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_CONVERT_H_
