// Lengths of time as people read them; lib/base/duration.h has how they write them.
#ifndef HEDDLE_NAMERCTL_CLIENT_DURATION_H_
#define HEDDLE_NAMERCTL_CLIENT_DURATION_H_

#include <string>

#include "lib/base/clock.h"

namespace heddle::namerctl {

// "12 ms", "1.5 s", "3 m 20 s", "2 h 5 m", "4 d 3 h": the two largest units.
std::string ShowDuration(Millis duration);

// "12 ms", "0.8 ms", "1.25 s".
std::string ShowLatency(double milliseconds);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_DURATION_H_
