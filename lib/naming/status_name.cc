#include "lib/naming/status_name.h"

#include "absl/strings/numbers.h"

namespace heddle {

const Path& StatusPrefix() {
  static const auto& path = *new Path{"$", "io.buoyant.http.status"};
  return path;
}

std::optional<int> ParseStatus(absl::string_view label) {
  int status = 0;
  if (label.size() != 3 || !absl::SimpleAtoi(label, &status)) return std::nullopt;
  if (status < 100 || status > 599) return std::nullopt;
  return status;
}

std::optional<int> StatusOfId(const Path& id) {
  if (!id.empty() && id[0] == "%") return StatusOfId(id.StripTransformerPrefix());
  if (id.size() <= StatusPrefix().size() || !id.StartsWith(StatusPrefix())) return std::nullopt;
  return ParseStatus(id[StatusPrefix().size()]);
}

}  // namespace heddle
