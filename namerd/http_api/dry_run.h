// A shift that is not done: the dtab of each of its steps, and what each would do to the names in use.
#ifndef HEDDLE_NAMERD_HTTP_API_DRY_RUN_H_
#define HEDDLE_NAMERD_HTTP_API_DRY_RUN_H_

#include <cstddef>
#include <string>

#include "namerd/check/checker.h"
#include "namerd/http_api/exchange.h"
#include "namerd/shift/shift.h"

namespace heddle::namerd {

// The dtabs of later steps are left out where together they are larger.
inline constexpr size_t kMaxDtabBytesOfDryRun = 16u << 20;

// Checks the steps of `shift`, which is as it would begin on `dtab`, one after the other, since a checker
// does few at once. Reports {"namespace", "prefix", "original", "steps": [{"percent": 10, "manual": false,
// "destination": "...", "dtab": "...", "check": {...}}, ..., {"final": true, ...}]}. `checker` outlives it.
Follow FollowDryRun(Checker& checker, Shift shift, std::string dtab);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_DRY_RUN_H_
