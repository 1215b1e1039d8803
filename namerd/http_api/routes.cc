#include "namerd/http_api/routes.h"

#include <cstring>

#include "absl/strings/strip.h"
#include "lib/session/http_server.h"

namespace heddle::namerd {
namespace {

struct Entry {
  absl::string_view name;
  Route::Kind alone, with_namespace;
};
using Kind = Route::Kind;
constexpr Entry kResources[] = {
    {"dtabs", Kind::kDtabs, Kind::kDtab},           {"bind", Kind::kUnknown, Kind::kBind},
    {"addr", Kind::kUnknown, Kind::kAddr},          {"resolve", Kind::kUnknown, Kind::kResolve},
    {"delegate", Kind::kDelegate, Kind::kDelegate}, {"bound-names", Kind::kBoundNames, Kind::kUnknown},
    {"check", Kind::kUnknown, Kind::kCheck},        {"names", Kind::kUnknown, Kind::kNames},
    {"proxies", Kind::kProxies, Kind::kUnknown},    {"traffic", Kind::kUnknown, Kind::kTraffic},
    {"shifts", Kind::kShifts, Kind::kShift},
};

}  // namespace

Route FindRoute(absl::string_view raw_path) {
  if (!absl::ConsumePrefix(&raw_path, "/api/1/")) return {};
  const size_t slash = raw_path.find('/');
  const absl::string_view name = raw_path.substr(0, slash);
  absl::string_view rest = slash == absl::string_view::npos ? "" : raw_path.substr(slash + 1);
  for (const Entry& entry : kResources) {
    if (entry.name != name) continue;
    if (rest.empty()) return {entry.alone, ""};
    Kind kind = entry.with_namespace;
    if (kind == Kind::kDtab && rest.size() > strlen("/history") && absl::ConsumeSuffix(&rest, "/history")) {
      kind = Kind::kHistory;
    }
    return {kind, UnescapeUri(rest)};
  }
  return {};
}

}  // namespace heddle::namerd
