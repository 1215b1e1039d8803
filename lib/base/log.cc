#include "lib/base/log.h"

#include <unistd.h>

#include <atomic>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace heddle {
namespace {
std::atomic<LogLevel> g_level{LogLevel::kInfo};
constexpr char kLetters[] = "DIWE";
}  // namespace

void SetLogLevel(LogLevel level) { g_level.store(level, std::memory_order_relaxed); }
LogLevel GetLogLevel() { return g_level.load(std::memory_order_relaxed); }

Log::Log(LogLevel level) : level_(level), enabled_(level >= GetLogLevel()) {}

Log::~Log() {
  if (!enabled_) return;
  const std::string line =
      absl::StrCat(std::string(1, kLetters[static_cast<int>(level_)]), " ",
                   absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()), " ", stream_.str(), "\n");
  // A log that cannot be written has nowhere to say so.
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace heddle
