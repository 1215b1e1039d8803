// A request's own rules: l5d-ctx-dtab, those of the requests that led to this one, and l5d-dtab, the user's,
// which win. Source: io.buoyant.linkerd.protocol.http LinkerdHeaders.Dtab.
#ifndef HEDDLE_PROXY_SERVER_OVERRIDES_H_
#define HEDDLE_PROXY_SERVER_OVERRIDES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"
#include "lib/dtab/dtab.h"
#include "lib/http/head.h"

namespace heddle {

inline bool HasOverrides(const Head& head) {
  return head.Has(HeaderId::kL5dCtxDtab) || head.Has(HeaderId::kL5dDtab);
}

// Appends what tells the rules from others, as they were sent: no name's key ends like this.
void AppendOverridesKey(absl::string_view bytes, const Head& head, std::string* key);

// InvalidArgument, with the header and the place, if they are not rules.
absl::StatusOr<Dtab> ParseOverrides(absl::string_view bytes, const Head& head);

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_OVERRIDES_H_
