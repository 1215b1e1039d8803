// Lengths of time as people write them, on command lines and in the HTTP API.
#ifndef HEDDLE_LIB_BASE_DURATION_H_
#define HEDDLE_LIB_BASE_DURATION_H_

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/status.h"

namespace heddle {

// "250ms", "30s", "1.5m", "1h", "1h30m", "2d": from 0 to 1000 days. InvalidArgument says what is wrong and
// what is accepted; a number alone is refused, since it does not say of what.
absl::StatusOr<Millis> ParseDuration(absl::string_view text);

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_DURATION_H_
