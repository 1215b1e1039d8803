#include "namerd/http_api/history_json.h"

#include <nlohmann/json.hpp>

#include "absl/time/time.h"
#include "namerd/http_api/etag.h"

namespace heddle::namerd {

std::string HistoryToJson(const std::vector<Version>& history) {
  auto out = nlohmann::ordered_json::array();
  for (const Version& version : history) {
    out.push_back({{"version", ETagOf(version.number)},
                   {"number", version.number},
                   {"revision", version.revision},
                   {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMillis(version.time_ms),
                                             absl::UTCTimeZone())},
                   {"author", version.change.author},
                   {"message", version.change.message},
                   {"from", version.change.from},
                   {"deleted", version.deleted},
                   {"dtab", version.value}});
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace heddle::namerd
