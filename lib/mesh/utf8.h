// Texts for protobuf's string fields, which have to be UTF-8: a peer refuses a whole message for one bad
// byte.
#ifndef HEDDLE_LIB_MESH_UTF8_H_
#define HEDDLE_LIB_MESH_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace heddle {

// `text` with '?' for every byte that is not part of a UTF-8 sequence (RFC 3629).
std::string Utf8(absl::string_view text);

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_UTF8_H_
