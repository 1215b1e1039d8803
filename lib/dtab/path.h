// Path: a hierarchical name such as /svc/web or /#/io.l5d.fs/web.
// Source: com.twitter.finagle.Path (grammar and printing).
#ifndef HEDDLE_LIB_DTAB_PATH_H_
#define HEDDLE_LIB_DTAB_PATH_H_

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace heddle {

// A sequence of labels. A label is any non-empty byte string. An immutable value apart from assignment.
class Path {
 public:
  // The empty path, "/".
  Path() = default;
  // REQUIRES: no label is empty. For labels that come from outside use FromLabels.
  explicit Path(std::vector<std::string> labels) : labels_(std::move(labels)) {}
  Path(std::initializer_list<absl::string_view> labels) : labels_(labels.begin(), labels.end()) {}

  // Reads "/a/b": labels of [0-9A-Za-z_:.#$%-] and \xHH escapes, white space and # comments around the path.
  // The error is one of ParseErrorOf (parse_error.h).
  static absl::StatusOr<Path> Parse(absl::string_view text);
  // InvalidArgument if a label is empty.
  static absl::StatusOr<Path> FromLabels(std::vector<std::string> labels);

  // What Parse reads back. A label with a byte outside the alphabet above is escaped as a whole:
  // /\x61\x20\x62.
  std::string Show() const;
  std::string ToString() const { return Show(); }
  void AppendTo(std::string* out) const;

  size_t size() const { return labels_.size(); }
  bool empty() const { return labels_.empty(); }
  const std::string& operator[](size_t i) const { return labels_[i]; }
  const std::vector<std::string>& labels() const { return labels_; }
  auto begin() const { return labels_.begin(); }
  auto end() const { return labels_.end(); }

  // True if the first labels of this are those of `prefix`, whole labels.
  bool StartsWith(const Path& prefix) const;
  // The first `n` labels, or without them; all or none if there are fewer.
  Path Take(size_t n) const;
  Path Drop(size_t n) const;
  // This, then `tail`.
  Path Concat(const Path& tail) const;
  Path Concat(absl::string_view label) const;
  friend Path operator+(const Path& a, const Path& b) { return a.Concat(b); }

  // Without the prefix a transformer put before a bound id: /%/io.l5d.port/80/#/io.l5d.fs/web is
  // /#/io.l5d.fs/web. Source: io.buoyant.namer.Paths.stripTransformerPrefix.
  Path StripTransformerPrefix() const;

  friend bool operator==(const Path&, const Path&) = default;
  friend std::strong_ordering operator<=>(const Path& a, const Path& b) { return a.labels_ <=> b.labels_; }
  template <typename H>
  friend H AbslHashValue(H h, const Path& path) {
    return H::combine(std::move(h), path.labels_);
  }

 private:
  std::vector<std::string> labels_;
};

// A label as Path::Show prints it.
void AppendLabel(absl::string_view label, std::string* out);

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_PATH_H_
