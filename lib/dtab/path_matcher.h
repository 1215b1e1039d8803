// Patterns of paths: for io.l5d.rewrite, and for the prefixes of client and service configurations.
//
//   auto matcher = PathMatcher::Parse("/{port}/*/{name}.svc");
//   matcher->Match(*Path::Parse("/http/eu/web.svc"))            // {"name": "web", "port": "http"}
//   SubstituteVariables("/k8s/{port}/{name}", *variables)       // "/k8s/http/web"
//
// Source: com.twitter.finagle.buoyant.PathMatcher.
#ifndef HEDDLE_LIB_DTAB_PATH_MATCHER_H_
#define HEDDLE_LIB_DTAB_PATH_MATCHER_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/dtab/path.h"

namespace heddle {

// What the variables of a pattern stand for: text as Path::Show prints it, so that it can be put into a path.
using PathVariables = std::map<std::string, std::string>;

// An immutable value.
class PathMatcher {
 public:
  // A pattern is segments between slashes; "/" has none and matches every path. A segment is `*` (any label),
  // a label as Path::Show prints it, or text with variables: {name}, {host}.com, {a}-{b}; a variable's name
  // is of [0-9A-Za-z_.:-]. InvalidArgument says which segment is none of these.
  static absl::StatusOr<PathMatcher> Parse(absl::string_view pattern);

  // The variables if the first labels of `path` match, what follows does not matter; nullopt if they do not.
  // Within a segment, a variable takes as much as it can, those before first; text around a segment's
  // pattern is passed over, but for the variables at its ends, which reach to the label's ends: {a}:http
  // matches web:https. A variable that is set twice has the later value.
  std::optional<PathVariables> Match(const Path& path) const;

  // The names of the variables, in their order.
  std::vector<std::string> Variables() const;
  // How many labels it looks at.
  size_t size() const { return segments_.size(); }

 private:
  // literals[0] {variables[0]} literals[1] ... ; without variables the label as a whole, or `*`.
  struct Segment {
    std::vector<std::string> literals;
    std::vector<std::string> variables;
    bool any = false;
  };

  static absl::StatusOr<Segment> ParseSegment(absl::string_view text);
  static bool MatchSegment(const Segment& segment, absl::string_view label, PathVariables* variables);

  std::vector<Segment> segments_;
};

// `text` with every {name} that `variables` has replaced; others stay as they are.
std::string SubstituteVariables(absl::string_view text, const PathVariables& variables);

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_PATH_MATCHER_H_
