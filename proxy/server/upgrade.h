// Does a request ask for another protocol (RFC 9110 section 7.8)?
#ifndef HEDDLE_PROXY_SERVER_UPGRADE_H_
#define HEDDLE_PROXY_SERVER_UPGRADE_H_

#include "absl/strings/string_view.h"
#include "lib/http/chars.h"
#include "lib/http/head.h"

namespace heddle {

// For one that the proxy passes on: to any protocol but h2c, whose requests would pass unseen behind the
// first.
inline bool AsksForUpgrade(absl::string_view bytes, const Head& head) {
  if (!head.connection_upgrade || !head.Has(HeaderId::kUpgrade)) return false;
  bool h2c = false;
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    if (field->id != HeaderId::kUpgrade) continue;
    ForEachElement(field->value.In(bytes),
                   [&](absl::string_view protocol) { h2c |= EqualsIgnoreCase(protocol, "h2c"); });
  }
  return !h2c;
}

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_UPGRADE_H_
