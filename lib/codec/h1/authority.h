// What may stand in Host and in the authority of a request's target.
#ifndef HEDDLE_LIB_CODEC_H1_AUTHORITY_H_
#define HEDDLE_LIB_CODEC_H1_AUTHORITY_H_

#include "absl/strings/string_view.h"

namespace heddle::h1 {

// uri-host [":" port] of RFC 9110 section 4.2 and RFC 3986 section 3.2, stricter where readers differ: no
// user information, no comma (two Hosts joined to one), only IPv6 addresses in brackets, no host that is
// empty, no port above 65535.
bool IsAuthority(absl::string_view text);

// REQUIRES: IsAuthority(text). A port that is not empty: CONNECT has to name one.
bool HasPort(absl::string_view text);

}  // namespace heddle::h1

#endif  // HEDDLE_LIB_CODEC_H1_AUTHORITY_H_
