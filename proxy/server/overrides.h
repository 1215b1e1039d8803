// A request's own rules: l5d-ctx-dtab, those of the requests that led to this one, and l5d-dtab, the user's,
// which win. Source: io.buoyant.linkerd.protocol.http LinkerdHeaders.Dtab. Where a server honours only what
// is signed, l5d-dtab-signed stands in place of both (lib/signing).
#ifndef HEDDLE_PROXY_SERVER_OVERRIDES_H_
#define HEDDLE_PROXY_SERVER_OVERRIDES_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"
#include "lib/dtab/dtab.h"
#include "lib/http/head.h"
#include "lib/signing/signed_override.h"

namespace heddle {

inline bool HasOverrides(const Head& head) {
  return head.Has(HeaderId::kL5dCtxDtab) || head.Has(HeaderId::kL5dDtab);
}

// Appends what tells the rules from others, as they were sent: no name's key ends like this.
void AppendOverridesKey(absl::string_view bytes, const Head& head, std::string* key);

// InvalidArgument, with the header and the place, if they are not rules.
absl::StatusOr<Dtab> ParseOverrides(absl::string_view bytes, const Head& head);

// x-dtab-00-a, x-dtab-00-b: the oldest form of rules, which Finagle's own servers still read. Source:
// com.twitter.finagle.http.codec.HttpDtab.
bool IsOldDtab(absl::string_view name);

// Rules that nobody has signed, also those that only Finagle's own servers would read (dtab-local,
// IsOldDtab).
bool HasUnsignedOverrides(absl::string_view bytes, const Head& head);

// The request's l5d-dtab-signed, not verified. InvalidArgument if it is none, or if there are several: none
// of those counts. REQUIRES: it has one.
absl::StatusOr<SignedOverride> ReadSignedOverride(absl::string_view bytes, const Head& head);

// As AppendOverridesKey, for rules that count at one of the router's servers only: others may not have its
// keys. REQUIRES: ReadSignedOverride was OK.
void AppendSignedOverrideKey(absl::string_view bytes, const Head& head, size_t server, std::string* key);

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_OVERRIDES_H_
