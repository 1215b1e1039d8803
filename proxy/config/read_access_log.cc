#include "proxy/config/read_access_log.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/status.h"

namespace heddle {

namespace {

using Roll = AccessLogConfig::Roll;

// "3.megabytes"; 0 if it is no size.
uint64_t ParseSize(const std::string& text) {
  const size_t dot = text.find('.');
  if (dot == std::string::npos) return 0;
  uint64_t count = 0;
  if (!absl::SimpleAtoi(text.substr(0, dot), &count)) return 0;
  absl::string_view unit(text);
  unit.remove_prefix(dot + 1);
  absl::ConsumeSuffix(&unit, "s");
  int shift = 0;
  for (const char* name : {"byte", "kilobyte", "megabyte", "gigabyte", "terabyte"}) {
    if (unit == name) {
      constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
      return count <= (kMost >> shift) ? count << shift : 0;
    }
    shift += 10;
  }
  return 0;
}

// The n of "weekly(n)"; 0 if it is not that.
int ParseWeekly(absl::string_view text) {
  int day = 0;
  if (!absl::ConsumePrefix(&text, "weekly(") || !absl::ConsumeSuffix(&text, ")")) return 0;
  return absl::SimpleAtoi(text, &day) && day >= 1 && day <= 7 ? day : 0;
}

}  // namespace

absl::Status ParseRollPolicy(absl::string_view text, AccessLogConfig* config) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (const auto& [name, roll] : {std::pair{"never", Roll::kNever},
                                   {"hourly", Roll::kHourly},
                                   {"daily", Roll::kDaily},
                                   {"sighup", Roll::kSighup}}) {
    if (lower != name) continue;
    config->roll = roll;
    return absl::OkStatus();
  }
  if (const int day = ParseWeekly(lower); day != 0) {
    config->roll = Roll::kWeekly;
    config->weekday = day;
  } else if (const uint64_t bytes = ParseSize(lower); bytes != 0) {
    config->roll = Roll::kSize;
    config->roll_bytes = bytes;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown policy '", text,
                     "'; accepted: never, hourly, daily, weekly(n) with n from 1 (Sunday) to 7, a size such "
                     "as 100.megabytes (bytes, kilobytes, megabytes, gigabytes, terabytes), sighup"));
  }
  return absl::OkStatus();
}

void ReadAccessLog(ObjectReader& reader, AccessLogConfig* config) {
  reader.Optional("httpAccessLog", &config->path);
  std::string policy;
  if (reader.Optional("httpAccessLogRollPolicy", &policy)) {
    const absl::Status parsed = ParseRollPolicy(policy, config);
    if (!parsed.ok()) reader.AddError("httpAccessLogRollPolicy", parsed.message());
  }
  reader.Optional("httpAccessLogAppend", &config->append);
  reader.Optional("httpAccessLogRotateCount", &config->rotate_count, -1);
}

}  // namespace heddle
