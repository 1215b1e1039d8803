// Lengths of time as people write and read them.
#ifndef HEDDLE_NAMERCTL_CLIENT_DURATION_H_
#define HEDDLE_NAMERCTL_CLIENT_DURATION_H_

#include <string>

#include "lib/base/clock.h"
#include "lib/base/status.h"

namespace heddle::namerctl {

// "250ms", "30s", "1.5m", "1h", "1h30m", "2d": from 0 to 1000 days. InvalidArgument says what is wrong and
// what is accepted; a number alone is refused, since it does not say of what.
absl::StatusOr<Millis> ParseDuration(absl::string_view text);

// "12 ms", "1.5 s", "3 m 20 s", "2 h 5 m", "4 d 3 h": the two largest units.
std::string ShowDuration(Millis duration);

// "12 ms", "0.8 ms", "1.25 s".
std::string ShowLatency(double milliseconds);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_DURATION_H_
