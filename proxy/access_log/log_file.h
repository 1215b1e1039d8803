// A file of lines that is renewed by time, by size or when told. One thread.
//
// An old file is named after when it was begun, in the local zone, as Linkerd names it: access.log becomes
// access-20261122.log (daily, weekly), access-20261122-13.log (hourly), access-20261122-130501.log (by size);
// with -1, -2, ... before the end where that name is taken. What is no regular file (/dev/stdout, a pipe) is
// never renewed.
#ifndef HEDDLE_PROXY_ACCESS_LOG_LOG_FILE_H_
#define HEDDLE_PROXY_ACCESS_LOG_LOG_FILE_H_

#include <sys/types.h>

#include <ctime>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "proxy/access_log/access_log_config.h"

namespace heddle {

class LogFile {
 public:
  // Errors name the file and what to do. `clock` outlives the file.
  static absl::StatusOr<std::unique_ptr<LogFile>> Open(const AccessLogConfig& config, const Clock& clock);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // Writes `lines`, each of which ends in a newline, renewing the file before one that is due for it.
  // `*written` says how many bytes of them are in the file. After an error the next call tries again.
  absl::Status Append(absl::string_view lines, size_t* written);
  // Opens what has the name now: after somebody else has renamed the file.
  absl::Status Reopen();

 private:
  LogFile(const AccessLogConfig& config, const Clock& clock);

  absl::Status OpenFile(bool truncate);
  void Close();
  // The bytes of `lines` that go into the file as it is; 0: it is to be renewed first.
  size_t Fitting(absl::string_view lines) const;
  // As much as can be written at once, and all of it unless there is an error.
  absl::Status WriteAll(absl::string_view bytes, size_t* written);
  absl::Status Renew();
  std::string OldName() const;
  void RemoveOldFiles() const;
  // The period of the file begins.
  void Begin(std::time_t at);
  std::time_t WallSeconds() const;

  const AccessLogConfig config_;
  const Clock& clock_;
  const std::string stem_, extension_;  // of the path, parted before the last dot of its last component
  int fd_ = -1;
  bool regular_ = false;
  bool torn_ = false;         // the last line in the file is not complete
  uint64_t size_ = 0;         // what the file holds
  std::time_t begun_ = 0;     // when its first line was written
  std::time_t renew_at_ = 0;  // of the policies by time
};

// When a file that was begun at `begun` is renewed, by a policy by time.
std::time_t NextRenewal(const AccessLogConfig& config, std::time_t begun);

}  // namespace heddle

#endif  // HEDDLE_PROXY_ACCESS_LOG_LOG_FILE_H_
