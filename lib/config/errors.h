// The mistakes of a configuration, collected so that all are told at once.
#ifndef HEDDLE_LIB_CONFIG_ERRORS_H_
#define HEDDLE_LIB_CONFIG_ERRORS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"
#include "lib/config/node.h"

namespace heddle {

// The exit status of a program that refuses its configuration (EX_USAGE of sysexits.h, as Linkerd).
constexpr int kConfigExitStatus = 64;

class ConfigErrors {
 public:
  // More are counted, not kept.
  static constexpr size_t kMaxKept = 100;

  // "file:line:col: key.path: message", at `node`. Say what is wrong and what would be accepted.
  void Add(const ConfigNode& node, absl::string_view message);
  // The same at the key of an entry of `map`.
  void AddAtKey(const ConfigNode& map, const ConfigNode::Entry& entry, absl::string_view message);
  // For what has no node. `place` is "file" or "file:line:col".
  void AddAtPlace(absl::string_view place, absl::string_view message, int line = 0, int column = 0);
  // "unknown <what> '<value>'; did you mean 'x'? Accepted: x, y, z", at `node`.
  void AddUnknown(const ConfigNode& node, absl::string_view what, absl::string_view value,
                  const std::vector<std::string>& accepted);

  bool ok() const { return count_ == 0; }
  size_t count() const { return count_; }
  // One line each, in the order of the document.
  std::vector<std::string> Lines() const;
  // The lines, each ending in a newline: what a program prints before it exits with kConfigExitStatus.
  std::string ToString() const;
  // OK, or InvalidArgument with the lines.
  absl::Status ToStatus() const;

 private:
  struct Error {
    int line, column;
    std::string text;
  };
  size_t count_ = 0;
  std::vector<Error> errors_;
};

// The member of `accepted` that a person who typed `value` most likely meant; empty if none is near (more
// than a third of its letters differ).
std::string NearestSpelling(absl::string_view value, const std::vector<std::string>& accepted);

}  // namespace heddle

#endif  // HEDDLE_LIB_CONFIG_ERRORS_H_
