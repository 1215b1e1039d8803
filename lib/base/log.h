// Lines to standard error: "I 2026-01-31T12:00:00.123Z message". One write a line, from any thread.
//
//   Log(LogLevel::kInfo) << "serving " << n << " routers";
//
// Not for the request path: a line is a system call.
#ifndef HEDDLE_LIB_BASE_LOG_H_
#define HEDDLE_LIB_BASE_LOG_H_

#include <sstream>

namespace heddle {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Lines below this level are dropped. Default: kInfo. Call from any thread.
void SetLogLevel(LogLevel level);
LogLevel GetLogLevel();

// Collects one line with << and writes it when destroyed.
class Log {
 public:
  explicit Log(LogLevel level);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  template <class T>
  Log& operator<<(const T& value) {
    if (enabled_) stream_ << value;
    return *this;
  }

 private:
  LogLevel level_;
  bool enabled_;
  std::ostringstream stream_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_LOG_H_
