// Numbers of traffic as tables and sentences show them.
#ifndef HEDDLE_NAMERCTL_OUTPUT_RATES_H_
#define HEDDLE_NAMERCTL_OUTPUT_RATES_H_

#include <string>

#include "namerctl/client/shift_view.h"

namespace heddle::namerctl {

// "100 %", "99.95 %": rounded down, so that only a rate without failures is 100 %.
std::string SuccessRate(double rate);
// "1234.5", "12.3", "0.25".
std::string RequestRate(double per_second);
// "1000 requests, 99.8 % successful, p99 12 ms"; "no requests".
std::string SideText(const SideView& side);
// "17:00:01Z" of an RFC 3339 time in UTC; what is none, as it is.
std::string TimeOfDay(const std::string& rfc3339);
// "2026-11-22 17:00:01Z" of the same.
std::string DayAndTime(const std::string& rfc3339);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_RATES_H_
