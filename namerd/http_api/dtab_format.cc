#include "namerd/http_api/dtab_format.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "lib/dtab/dtab_json.h"

namespace heddle::namerd {
namespace {

// Without parameters and white space, in lower case.
std::string Essence(absl::string_view media_type) {
  media_type = media_type.substr(0, media_type.find(';'));
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(media_type));
}

}  // namespace

std::optional<DtabFormat> FormatOf(absl::string_view media_type) {
  const std::string essence = Essence(media_type);
  if (essence == "application/json") return DtabFormat::kJson;
  if (essence == "application/dtab" || essence == "text/plain") return DtabFormat::kText;
  return std::nullopt;
}

std::optional<DtabFormat> AcceptedFormat(absl::string_view accept, std::string* media_type) {
  for (const absl::string_view entry : absl::StrSplit(accept, ',')) {
    const auto format = FormatOf(entry);
    if (!format.has_value()) continue;
    if (media_type != nullptr) *media_type = Essence(entry);
    return format;
  }
  return std::nullopt;
}

std::string WriteDtab(const Dtab& dtab, DtabFormat format) {
  return (format == DtabFormat::kJson ? DtabToJson(dtab) : dtab.Show()) + "\n";
}

absl::StatusOr<std::string> ReadDtab(const std::string& body, DtabFormat format) {
  if (format == DtabFormat::kText) {
    RETURN_IF_ERROR(Dtab::Parse(body).status());
    return body;
  }
  ASSIGN_OR_RETURN(const Dtab dtab, DtabFromJson(body));
  return dtab.Show();
}

}  // namespace heddle::namerd
