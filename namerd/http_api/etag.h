// What a request says of a document's version: If-Match, and a version in the query.
#ifndef HEDDLE_NAMERD_HTTP_API_ETAG_H_
#define HEDDLE_NAMERD_HTTP_API_ETAG_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "namerd/store/etag.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// What a write with `If-Match: text` expects: `*` any version that is there; what is no ETag (a weak one too:
// RFC 9110 section 13.1.1 compares strongly) is the version of nothing, which no document is at.
Expect ExpectOf(absl::string_view if_match);

// A version in a query: an ETag or a decimal number. nullopt for anything else.
std::optional<VersionNumber> ParseVersionNumber(absl::string_view text);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_ETAG_H_
