// The `root` of io.linkerd.mesh requests.
#ifndef HEDDLE_NAMERD_MESH_API_ROOT_H_
#define HEDDLE_NAMERD_MESH_API_ROOT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/status.h"
#include "lib/mesh/convert.h"
#include "proto/dtab.pb.h"

namespace heddle::namerd {

// The namespace that `root` of a request names. InvalidArgument unless it is one segment.
template <class Request>
absl::StatusOr<std::string> NamespaceOf(const Request& request) {
  if (!request.has_root()) return absl::InvalidArgumentError("No namespace specified: root is missing");
  ASSIGN_OR_RETURN(const Path root, FromProto(request.root()));
  if (root.size() == 1) return root[0];
  return absl::InvalidArgumentError(
      absl::StrCat("Invalid root: `", root.Show(), "` must have exactly one segment, the namespace"));
}

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_ROOT_H_
