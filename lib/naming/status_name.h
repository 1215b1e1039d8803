// Clients without endpoints, which a proxy itself answers for: /$/io.buoyant.http.status/<code>.
// Source: io.buoyant.http.status.
#ifndef HEDDLE_LIB_NAMING_STATUS_NAME_H_
#define HEDDLE_LIB_NAMING_STATUS_NAME_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "lib/dtab/path.h"

namespace heddle {

// /$/io.buoyant.http.status
const Path& StatusPrefix();

// "401" is 401: what /$/io.buoyant.http.status takes for an HTTP status, 100 to 599; nullopt for all else.
std::optional<int> ParseStatus(absl::string_view label);

// The status that a client with this id answers every request with; transformers' prefixes do not matter.
// nullopt: a client like any other. Such a client's Addr is constant, bound and empty, and yet it is never
// passed over for having no endpoints.
std::optional<int> StatusOfId(const Path& id);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_STATUS_NAME_H_
