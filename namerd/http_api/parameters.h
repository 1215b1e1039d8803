// Query parameters that are read strictly: the error names the parameter and what it may be. (Those of
// Namerd 1.x are read as it reads them: answer.h.)
#ifndef HEDDLE_NAMERD_HTTP_API_PARAMETERS_H_
#define HEDDLE_NAMERD_HTTP_API_PARAMETERS_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "lib/session/http_server.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// Refuses parameters that are none of `known`: a misspelt dry-run must not be a real one.
absl::Status OnlyParameters(const HttpRequest& request, const std::vector<absl::string_view>& known);

// "1", "t", "true" or "0", "f", "false" in any case; false if it is not there.
absl::StatusOr<bool> FlagOf(const HttpRequest& request, absl::string_view name);

// A duration (lib/base/duration.h) within the limits, both included; `otherwise` if it is not there.
absl::StatusOr<Millis> DurationOf(const HttpRequest& request, absl::string_view name, Millis otherwise,
                                  Millis least, Millis most);

// A number from 1 to `most`; `otherwise` if it is not there.
absl::StatusOr<size_t> NumberOf(const HttpRequest& request, absl::string_view name, size_t otherwise,
                                size_t most);

// Who writes, and why: Heddle-Author and Heddle-Message, or the parameters `author` and `message`.
Change ChangeOf(const HttpRequest& request);
// InvalidArgument if `text` is not UTF-8: what is stored is shown as JSON, which has no other bytes, so it
// would be shown as something else. `what`: "the name".
absl::Status CheckText(absl::string_view what, absl::string_view text);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_PARAMETERS_H_
