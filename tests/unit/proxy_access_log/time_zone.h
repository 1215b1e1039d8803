// The local time zone of a test.
#ifndef HEDDLE_TESTS_UNIT_PROXY_ACCESS_LOG_TIME_ZONE_H_
#define HEDDLE_TESTS_UNIT_PROXY_ACCESS_LOG_TIME_ZONE_H_

#include <cstdlib>
#include <ctime>

namespace heddle {

// While it lives. `rule` is POSIX's, so that no database of zones is needed: "CET-1CEST".
class TimeZone {
 public:
  explicit TimeZone(const char* rule) {
    setenv("TZ", rule, 1);
    tzset();
  }
  ~TimeZone() {
    unsetenv("TZ");
    tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_PROXY_ACCESS_LOG_TIME_ZONE_H_
