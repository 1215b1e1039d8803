// How a name is found in a directory tree, and what has to be watched to notice when that changes.
#ifndef HEDDLE_LIB_NAMERS_FS_LOOKUP_H_
#define HEDDLE_LIB_NAMERS_FS_LOOKUP_H_

#include <functional>
#include <string>
#include <vector>

#include "lib/base/status.h"

namespace heddle {

struct FsEntry {
  enum class Kind { kAbsent, kFile, kDirectory };
  Kind kind = Kind::kAbsent;
  size_t labels = 0;     // of a file: how many labels lead to it
  std::string location;  // absolute, without symbolic links
};

// Follows `labels` from the directory `root` (absolute) until a regular file is met or none is left. Symbolic
// links are followed by hand, so that every directory entry on the way is told to `visit(directory, name)`
// before it is looked at: a change of one of them is the only thing that can change the outcome. A label "."
// or ".." or with a '/' names nothing. The error (of `visit`, or of the system, or that `root` is not there)
// names the place.
absl::StatusOr<FsEntry> FollowLabels(
    const std::string& root, const std::vector<std::string>& labels,
    const std::function<absl::Status(const std::string& directory, const std::string& name)>& visit);

// The content of a regular file, addresses or rules. FailedPrecondition if it is larger than kMaxFileBytes.
inline constexpr size_t kMaxFileBytes = 500'000;
absl::StatusOr<std::string> ReadSmallFile(const std::string& location);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_FS_LOOKUP_H_
