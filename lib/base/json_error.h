// What a JSON parser says, for those who sent the JSON.
#ifndef HEDDLE_LIB_BASE_JSON_ERROR_H_
#define HEDDLE_LIB_BASE_JSON_ERROR_H_

#include <string>

#include "absl/strings/string_view.h"

namespace heddle {

// `what` of nlohmann's exceptions without the class and number in front ("[json.exception.parse_error.101]
// parse error at line 1, column 2: ..."), in ASCII and of some hundred bytes at most: it quotes the input,
// which may be anything of any length.
std::string JsonErrorText(absl::string_view what);

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_JSON_ERROR_H_
