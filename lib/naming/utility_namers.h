// The built-in names under /$/ that need no discovery of their own.
// Source: io.buoyant.http._, io.buoyant.hostportPfx, porthostPfx, rinet; com.twitter.finagle.Namer.global.
#ifndef HEDDLE_LIB_NAMING_UTILITY_NAMERS_H_
#define HEDDLE_LIB_NAMING_UTILITY_NAMERS_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/naming/namer.h"

namespace heddle {

// True for the classes that Rewrite serves, such as "io.buoyant.http.anyMethod".
bool IsRewriter(absl::string_view kind);

// What /$/<kind><path> stands for; nullopt (absent) if `path` is not of the form the class wants, an error if
// the outcome is no path. REQUIRES: IsRewriter(kind).
absl::StatusOr<std::optional<Path>> Rewrite(absl::string_view kind, const Path& path);

// `namers` and, if an inet namer (/$/inet) is among them, those that answer with its endpoints under ids of
// their own:
// /$/io.buoyant.rinet/<port>/<host> and /$/fixedinet/<host>/<port>. Whoever resolves bound ids by prefix (and
// not through LocalInterpreter, which does this itself) wants these too.
std::vector<PrefixedNamer> WithInetForms(std::vector<PrefixedNamer> namers);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_UTILITY_NAMERS_H_
