// Which fields of a head its Connection fields list: those are for this hop only (RFC 9110 section 7.6.1).
#ifndef HEDDLE_PROXY_SERVER_LISTED_FIELDS_H_
#define HEDDLE_PROXY_SERVER_LISTED_FIELDS_H_

#include <bitset>

#include "absl/strings/string_view.h"
#include "lib/http/head.h"

namespace heddle {

using FieldSet = std::bitset<Head::kMaxFields>;  // by index

// Never a message's framing, nor Host, nor Via: those are not the sender's to take away; nor Upgrade, which has
// rules of its own. Takes n log n for n fields and options together, whatever they are called.
FieldSet FieldsListedInConnection(absl::string_view bytes, const Head& head);

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_LISTED_FIELDS_H_
