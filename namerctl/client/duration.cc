#include "namerctl/client/duration.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace heddle::namerctl {

std::string ShowDuration(Millis duration) {
  const int64_t millis = std::max<int64_t>(duration.count(), 0);
  const int64_t seconds = millis / 1000;
  const auto two = [](int64_t large, const char* name, int64_t small, const char* small_name) {
    return small == 0 ? absl::StrCat(large, " ", name)
                      : absl::StrCat(large, " ", name, " ", small, " ", small_name);
  };
  if (millis < 1000) return absl::StrCat(millis, " ms");
  if (millis < 10'000 && millis % 1000 != 0) return absl::StrFormat("%.3g s", millis / 1e3);
  if (seconds < 60) return absl::StrCat(seconds, " s");
  if (seconds < 3600) return two(seconds / 60, "m", seconds % 60, "s");
  if (seconds < 24 * 3600) return two(seconds / 3600, "h", seconds / 60 % 60, "m");
  return two(seconds / (24 * 3600), "d", seconds / 3600 % 24, "h");
}

std::string ShowLatency(double milliseconds) {
  if (milliseconds >= 1000) return absl::StrFormat("%.3g s", milliseconds / 1000);
  return absl::StrFormat("%.3g ms", milliseconds);
}

}  // namespace heddle::namerctl
