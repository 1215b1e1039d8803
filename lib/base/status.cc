#include "lib/base/status.h"

#include <system_error>

#include "absl/strings/str_cat.h"

namespace heddle {

absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(), absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload(
      [&](absl::string_view type, const absl::Cord& payload) { annotated.SetPayload(type, payload); });
  return annotated;
}

std::string ErrnoText(int errno_value) { return std::generic_category().message(errno_value); }

}  // namespace heddle
