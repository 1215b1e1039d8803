#include "namerd/http_api/rendered_dtabs.h"

#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"

namespace heddle::namerd {

absl::StatusOr<std::string> RenderedDtabs::Render(const std::string& ns, const Version& version,
                                                  DtabFormat format) {
  Rendered& last = last_[format == DtabFormat::kJson ? 0 : 1];
  if (last.revision == version.revision) return last.text;
  const auto dtab = Dtab::Parse(version.value);
  if (!dtab.ok()) {
    return absl::DataLossError(
        absl::StrCat("what is stored as dtab \"", ns, "\" is none: ", dtab.status().message()));
  }
  last = {version.revision, WriteDtab(*dtab, format)};
  return last.text;
}

}  // namespace heddle::namerd
