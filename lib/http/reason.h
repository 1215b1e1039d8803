// The words after a status code.
#ifndef HEDDLE_LIB_HTTP_REASON_H_
#define HEDDLE_LIB_HTTP_REASON_H_

#include "absl/strings/string_view.h"

namespace heddle {

// The reason phrase of RFC 9110 section 15 for `status`; "Unknown" for one it does not list.
absl::string_view ReasonPhrase(int status);

}  // namespace heddle

#endif  // HEDDLE_LIB_HTTP_REASON_H_
