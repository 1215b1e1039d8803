#include "namerctl/output/rates.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "namerctl/client/duration.h"
#include "namerctl/output/dtab_text.h"
#include "namerctl/output/style.h"

namespace heddle::namerctl {
namespace {

std::string FormatTime(const std::string& rfc3339, const char* format) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error)) return Printable(rfc3339);
  return absl::FormatTime(format, time, absl::UTCTimeZone());
}

}  // namespace

std::string SuccessRate(double rate) {
  if (rate >= 1) return "100 %";
  return absl::StrFormat("%.4g %%", std::floor(rate * 1e4) / 1e2);
}

std::string RequestRate(double per_second) {
  return per_second < 1 ? absl::StrFormat("%.2f", per_second) : absl::StrFormat("%.1f", per_second);
}

std::string SideText(const SideView& side) {
  if (side.requests == 0) return "no requests";
  return absl::StrCat(Count(side.requests, "request"), ", ", SuccessRate(side.success_rate),
                      " successful, p99 ", ShowLatency(side.p99_ms));
}

std::string TimeOfDay(const std::string& rfc3339) { return FormatTime(rfc3339, "%H:%M:%SZ"); }

std::string DayAndTime(const std::string& rfc3339) { return FormatTime(rfc3339, "%Y-%m-%d %H:%M:%SZ"); }

}  // namespace heddle::namerctl
