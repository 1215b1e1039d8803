#include "proxy/config/read_sticky_key.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "lib/http/chars.h"
#include "lib/http/header_id.h"

namespace heddle {
namespace {

constexpr char kAccepted[] = "give one of header and cookie, as in stickyKey: {header: x-user-id}";

bool Has(const ConfigNode& node, const char* key) {
  const ConfigNode* value = node.Find(key);
  return value != nullptr && !value->is_null();
}

}  // namespace

std::optional<StickyKeyConfig> ReadStickyKey(const ConfigNode& node, ConfigErrors& errors) {
  ObjectReader reader(node, errors);
  StickyKeyConfig config;
  const bool header = Has(node, "header");
  const char* key = header ? "header" : "cookie";
  const bool read = reader.Optional("header", &config.name) | reader.Optional("cookie", &config.name);
  reader.Finish();
  if (header == Has(node, "cookie")) {
    if (node.is_map() || node.is_null()) errors.Add(node, kAccepted);
    return std::nullopt;
  }
  if (!read) return std::nullopt;
  if (config.name.empty() || !std::all_of(config.name.begin(), config.name.end(), IsTokenChar)) {
    reader.AddError(key, absl::StrCat("'", config.name, "' is no name of a ", key, "; ", kAccepted));
    return std::nullopt;
  }
  if (header && FindHeaderId(config.name) == HeaderId::kL5dCtxSticky) {
    reader.AddError(key,
                    "l5d-ctx-sticky carries the choice, and is read in any case; name what tells the user");
    return std::nullopt;
  }
  config.kind = header ? StickyKeyConfig::Kind::kHeader : StickyKeyConfig::Kind::kCookie;
  return config;
}

}  // namespace heddle
