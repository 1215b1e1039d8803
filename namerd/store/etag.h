// A document's version as HTTP and JSON show it: the number as 8 bytes, most significant first, in standard
// base64 ("AAAAAAAAAAE="). Source: io.buoyant.namerd.storage.InMemoryDtabStore, DtabStore.versionString.
#ifndef HEDDLE_NAMERD_STORE_ETAG_H_
#define HEDDLE_NAMERD_STORE_ETAG_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

std::string ETagOf(VersionNumber number);

// Reads an ETag, bare or quoted. nullopt for anything else.
std::optional<VersionNumber> ParseETag(absl::string_view text);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_ETAG_H_
