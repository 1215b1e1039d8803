#include "proxy/config/read_by_prefix.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace heddle {

bool ReadPrefix(ObjectReader& reader, PathMatcher* out) {
  std::string text;
  if (!reader.Required("prefix", &text)) return false;
  if (!absl::StartsWith(text, "/")) {
    reader.AddError("prefix",
                    absl::StrCat("'", text, "' does not begin with '/'; give one such as /svc/{name}"));
    return false;
  }
  auto prefix = PathMatcher::Parse(text);
  if (!prefix.ok()) {
    reader.AddError("prefix", prefix.status().message());
    return false;
  }
  *out = *std::move(prefix);
  return true;
}

}  // namespace heddle
