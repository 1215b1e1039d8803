// The keys of a router that configure its access log.
#ifndef HEDDLE_PROXY_CONFIG_READ_ACCESS_LOG_H_
#define HEDDLE_PROXY_CONFIG_READ_ACCESS_LOG_H_

#include "absl/status/status.h"
#include "lib/config/object_reader.h"
#include "proxy/access_log/access_log_config.h"

namespace heddle {

//   httpAccessLog                       the file; no log without it
//   httpAccessLogRollPolicy: never      hourly, daily, weekly(n) (1 is Sunday), a size such as 100.megabytes,
//                                       sighup
//   httpAccessLogAppend: true
//   httpAccessLogRotateCount: -1        old files that are kept; -1: all
void ReadAccessLog(ObjectReader& reader, AccessLogConfig* config);

// Sets roll and what it needs. Upper and lower case are the same. Source: com.twitter.logging.Policy.parse,
// com.twitter.conversions.StorageUnitOps (a kilobyte is 1024 bytes).
absl::Status ParseRollPolicy(absl::string_view text, AccessLogConfig* config);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_ACCESS_LOG_H_
