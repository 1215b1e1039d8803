// What a path leads to without any rules or namers: the built-in names alone.
// Source: com.twitter.finagle.naming.NameInterpreter.global, as Linkerd's const and replace use it.
#ifndef HEDDLE_LIB_TRANSFORMERS_GLOBAL_PATH_H_
#define HEDDLE_LIB_TRANSFORMERS_GLOBAL_PATH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/config/object_reader.h"
#include "lib/dtab/path.h"
#include "lib/naming/bound.h"
#include "lib/naming/namer.h"

namespace heddle {

// `inet` answers for /$/inet, at once. InvalidArgument, with the reason, if the path leads to no client (~,
// or something that is no name). Never changes but for the endpoints.
absl::StatusOr<BoundTree> BindGlobal(const Path& path, std::shared_ptr<Namer> inet);

// Reads the required path at `key`; an error if BindGlobal would have one.
void ReadGlobalPath(ObjectReader& reader, absl::string_view key, Path* out);

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_GLOBAL_PATH_H_
