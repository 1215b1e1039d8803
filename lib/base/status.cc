#include "lib/base/status.h"

#include <system_error>

#include "absl/strings/str_cat.h"

namespace heddle {

absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(context, ": ", status.message()));
}

std::string ErrnoText(int errno_value) { return std::generic_category().message(errno_value); }

}  // namespace heddle
