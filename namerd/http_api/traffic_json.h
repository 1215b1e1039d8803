// The traffic of a namespace as the API shows it; README.md has the shape.
#ifndef HEDDLE_NAMERD_HTTP_API_TRAFFIC_JSON_H_
#define HEDDLE_NAMERD_HTTP_API_TRAFFIC_JSON_H_

#include <cstddef>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "namerd/fleet/traffic_book.h"

namespace heddle::namerd {

// Shown are the services, and of each the clients, with the most requests; the others are counted, and a
// service's own numbers have all its clients.
inline constexpr size_t kMaxServicesShown = 1000;
inline constexpr size_t kMaxClientsShown = 100;  // of a service

// What `book` has of `window`, and the time that this really covers. `missing`: the ids of the proxies whose
// latest numbers are not in.
std::string TrafficToJson(const TrafficBook& book, const std::string& ns, Millis window,
                          const std::vector<std::string>& missing);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_TRAFFIC_JSON_H_
