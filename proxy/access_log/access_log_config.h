// What configures an access log: the keys httpAccessLog, httpAccessLogRollPolicy, httpAccessLogAppend and
// httpAccessLogRotateCount of a router. Defaults are Linkerd's.
// Source: com.twitter.logging.{FileHandler,Policy}.
#ifndef HEDDLE_PROXY_ACCESS_LOG_ACCESS_LOG_CONFIG_H_
#define HEDDLE_PROXY_ACCESS_LOG_ACCESS_LOG_CONFIG_H_

#include <cstdint>
#include <string>

namespace heddle {

struct AccessLogConfig {
  std::string path;  // "": no log
  enum class Roll { kNever, kHourly, kDaily, kWeekly, kSize, kSighup };
  Roll roll = Roll::kNever;
  int weekday = 0;          // of kWeekly: 1 (Sunday) to 7, the day that begins a new file
  uint64_t roll_bytes = 0;  // of kSize; > 0
  bool append = true;       // false: what the file holds when the program starts is lost
  int rotate_count = -1;    // old files that are kept; -1: all
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ACCESS_LOG_ACCESS_LOG_CONFIG_H_
