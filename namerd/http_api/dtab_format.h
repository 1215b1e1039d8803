// The two forms a dtab has over HTTP, by media type. Source: io.buoyant.namerd.iface.DtabCodec.
#ifndef HEDDLE_NAMERD_HTTP_API_DTAB_FORMAT_H_
#define HEDDLE_NAMERD_HTTP_API_DTAB_FORMAT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"
#include "lib/dtab/dtab.h"

namespace heddle::namerd {

enum class DtabFormat { kJson, kText };

// application/json, or application/dtab and text/plain: letters of either case, parameters ignored.
std::optional<DtabFormat> FormatOf(absl::string_view media_type);
// The first type of `accept` that is known, whatever its quality; nullopt if none is. `media_type` gets it in
// lower case.
std::optional<DtabFormat> AcceptedFormat(absl::string_view accept, std::string* media_type = nullptr);

std::string WriteDtab(const Dtab& dtab, DtabFormat format);

// What to store of a body: text as it was written (comments are somebody's work), JSON as the text it stands
// for. The error says where and what was expected.
absl::StatusOr<std::string> ReadDtab(const std::string& body, DtabFormat format);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_DTAB_FORMAT_H_
