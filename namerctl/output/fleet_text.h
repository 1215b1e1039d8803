// How the fleet and its traffic are printed.
#ifndef HEDDLE_NAMERCTL_OUTPUT_FLEET_TEXT_H_
#define HEDDLE_NAMERCTL_OUTPUT_FLEET_TEXT_H_

#include <string>

#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "namerctl/output/style.h"

namespace heddle::namerctl {

// `json`: what /api/1/proxies answers. A table, a line a proxy and namespace, then a sentence. `now`: since
// the Unix epoch. Internal if it is no list of proxies.
absl::StatusOr<std::string> ProxiesText(const std::string& json, Nanos now, const Style& style);

// `json`: what /api/1/traffic/<ns> answers. A table, a line a service and, indented, a client.
absl::StatusOr<std::string> TrafficText(const std::string& json, Nanos now, const Style& style);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_FLEET_TEXT_H_
