// Which resource a request names. Source of the 1.x paths: io.buoyant.namerd.iface.HttpControlService.
#ifndef HEDDLE_NAMERD_HTTP_API_ROUTES_H_
#define HEDDLE_NAMERD_HTTP_API_ROUTES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace heddle::namerd {

struct Route {
  enum class Kind {
    kUnknown,
    kDtabs,       // /api/1/dtabs
    kDtab,        // /api/1/dtabs/<ns>
    kHistory,     // /api/1/dtabs/<ns>/history
    kBind,        // /api/1/bind/<ns>
    kAddr,        // /api/1/addr/<ns>
    kResolve,     // /api/1/resolve/<ns>
    kDelegate,    // /api/1/delegate, /api/1/delegate/<ns>
    kBoundNames,  // /api/1/bound-names
    kCheck,       // /api/1/check/<ns>
    kNames,       // /api/1/names/<ns>
    kProxies,     // /api/1/proxies
    kTraffic,     // /api/1/traffic/<ns>
    kShifts,      // /api/1/shifts
    kShift,       // /api/1/shifts/<ns>
  };
  Kind kind = Kind::kUnknown;
  std::string ns;  // unescaped; empty only where there is none
};

// `raw_path` is still escaped. Everything after /dtabs/ names the namespace, slashes included; only a last
// segment `history` after another, both unescaped, is the history: %2F never ends a segment, so that a
// namespace a/history is written a%2Fhistory.
Route FindRoute(absl::string_view raw_path);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_ROUTES_H_
