// Texts for where only UTF-8 may stand, such as JSON and protobuf's string fields: a peer refuses a whole
// message for one bad byte.
#ifndef HEDDLE_LIB_BASE_UTF8_H_
#define HEDDLE_LIB_BASE_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace heddle {

// `text` with '?' for every byte that is not part of a UTF-8 sequence (RFC 3629).
std::string Utf8(absl::string_view text);

// The place of the first such byte, from 0; npos if there is none.
size_t FindNotUtf8(absl::string_view text);

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_UTF8_H_
