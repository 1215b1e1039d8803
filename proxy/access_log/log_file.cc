#include "proxy/access_log/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/status.h"

namespace heddle {

namespace {

namespace fs = std::filesystem;
using Roll = AccessLogConfig::Roll;

constexpr int kPipeWaitMs = 1000;

bool IsByTime(Roll roll) { return roll == Roll::kHourly || roll == Roll::kDaily || roll == Roll::kWeekly; }

std::tm LocalTime(std::time_t time) {
  std::tm local{};
  localtime_r(&time, &local);
  return local;
}

std::string Extension(const std::string& path) { return fs::path(path).extension().string(); }

std::string OpenHint(int error) {
  if (error == ENOENT) return "; create the directory first";
  if (error == EACCES || error == EPERM) return "; let the user that runs the proxy write there";
  if (error == EISDIR) return "; name a file in it";
  return "";
}

// "20261122", "20261122-13", "20261122-130501-2": what OldName puts between stem and extension.
bool IsOldSuffix(absl::string_view text) {
  constexpr size_t kDate = 8;
  return text.size() >= kDate &&
         std::all_of(text.begin(), text.begin() + kDate, [](char c) { return absl::ascii_isdigit(c); }) &&
         std::all_of(text.begin() + kDate, text.end(),
                     [](char c) { return absl::ascii_isdigit(c) || c == '-'; });
}

}  // namespace

std::time_t NextRenewal(const AccessLogConfig& config, std::time_t begun) {
  std::tm local = LocalTime(begun);
  // Not by the calendar: when clocks are set back, an hour comes twice.
  if (config.roll == Roll::kHourly) return begun + 3600 - (local.tm_min * 60 + local.tm_sec);
  const int days = config.roll == Roll::kWeekly ? (config.weekday - 1 - local.tm_wday + 7) % 7 : 1;
  local.tm_mday += days == 0 ? 7 : days;
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  return std::mktime(&local);
}

absl::StatusOr<std::unique_ptr<LogFile>> LogFile::Open(const AccessLogConfig& config, const Clock& clock) {
  std::unique_ptr<LogFile> file(new LogFile(config, clock));
  RETURN_IF_ERROR(file->OpenFile(!config.append));
  return file;
}

LogFile::LogFile(const AccessLogConfig& config, const Clock& clock)
    : config_(config),
      clock_(clock),
      stem_(config.path.substr(0, config.path.size() - Extension(config.path).size())),
      extension_(Extension(config.path)) {}

LogFile::~LogFile() { Close(); }

void LogFile::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

absl::Status LogFile::OpenFile(bool truncate) {
  // Not blocking: a pipe that nobody reads is an error at once, and one that is full later is given up.
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | (truncate ? O_TRUNC : 0);
  fd_ = open(config_.path.c_str(), flags, 0644);
  struct stat info {};
  if (fd_ < 0 || fstat(fd_, &info) != 0) {
    const int error = errno;
    Close();
    return absl::UnavailableError(
        absl::StrCat("cannot open the access log ", config_.path, ": ", ErrnoText(error), OpenHint(error)));
  }
  regular_ = S_ISREG(info.st_mode);
  torn_ = false;
  size_ = static_cast<uint64_t>(info.st_size);
  // Lines from before a restart belong to their own day.
  Begin(regular_ && size_ > 0 ? info.st_mtime : WallSeconds());
  return absl::OkStatus();
}

void LogFile::Begin(std::time_t at) {
  begun_ = at;
  if (IsByTime(config_.roll)) renew_at_ = NextRenewal(config_, at);
}

std::time_t LogFile::WallSeconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock_.WallNow()).count();
}

absl::Status LogFile::Reopen() {
  Close();
  return OpenFile(false);
}

size_t LogFile::Fitting(absl::string_view lines) const {
  if (!regular_) return lines.size();
  if (IsByTime(config_.roll)) return WallSeconds() < renew_at_ ? lines.size() : 0;
  if (config_.roll != Roll::kSize || size_ + lines.size() <= config_.roll_bytes) return lines.size();
  const uint64_t room = config_.roll_bytes > size_ ? config_.roll_bytes - size_ : 0;
  const size_t last = room == 0 ? absl::string_view::npos : lines.rfind('\n', room - 1);
  if (last != absl::string_view::npos) return last + 1;
  // A line that is longer than a file may be has one of its own.
  return size_ > 0 ? 0 : lines.find('\n') + 1;
}

absl::Status LogFile::Append(absl::string_view lines, size_t* written) {
  *written = 0;
  while (*written < lines.size()) {
    if (fd_ < 0) RETURN_IF_ERROR(OpenFile(false));
    const size_t fitting = Fitting(lines.substr(*written));
    if (fitting == 0) {
      RETURN_IF_ERROR(Renew());
      continue;
    }
    RETURN_IF_ERROR(WriteAll(lines.substr(*written, fitting), written));
  }
  return absl::OkStatus();
}

absl::Status LogFile::WriteAll(absl::string_view bytes, size_t* written) {
  // What is left of a line that could not be written is a line of its own.
  if (torn_) torn_ = write(fd_, "\n", 1) != 1;
  while (!bytes.empty()) {
    const ssize_t n = write(fd_, bytes.data(), bytes.size());
    if (n >= 0) {
      torn_ = n > 0 && bytes[n - 1] != '\n';
      size_ += n;
      *written += n;
      bytes.remove_prefix(n);
      continue;
    }
    const int error = errno;
    pollfd full{fd_, POLLOUT, 0};
    if (error == EINTR || (error == EAGAIN && poll(&full, 1, kPipeWaitMs) > 0)) continue;
    return absl::UnavailableError(
        absl::StrCat("cannot write the access log ", config_.path, ": ", ErrnoText(error)));
  }
  return absl::OkStatus();
}

std::string LogFile::OldName() const {
  const char* format = config_.roll == Roll::kSize     ? "%Y%m%d-%H%M%S"
                       : config_.roll == Roll::kHourly ? "%Y%m%d-%H"
                                                       : "%Y%m%d";
  char time[32];
  const std::tm local = LocalTime(begun_);
  std::strftime(time, sizeof time, format, &local);
  const std::string base = absl::StrCat(stem_, "-", time);
  std::string name = base + extension_;
  std::error_code ignored;
  for (int i = 1; fs::exists(name, ignored); ++i) name = absl::StrCat(base, "-", i, extension_);
  return name;
}

absl::Status LogFile::Renew() {
  const std::string old = OldName();
  if (rename(config_.path.c_str(), old.c_str()) != 0 && errno != ENOENT) {
    const int error = errno;
    // Goes on in the file there is; the next period, or as many bytes again, and it is tried once more.
    size_ = 0;
    Begin(WallSeconds());
    return absl::UnavailableError(
        absl::StrCat("cannot rename the access log ", config_.path, " to ", old, ": ", ErrnoText(error)));
  }
  RETURN_IF_ERROR(Reopen());
  RemoveOldFiles();
  return absl::OkStatus();
}

void LogFile::RemoveOldFiles() const {
  if (config_.rotate_count < 0) return;
  const std::string begin = fs::path(stem_).filename().string() + "-";
  std::vector<std::pair<fs::file_time_type, fs::path>> old;
  const fs::path folder = fs::path(config_.path).parent_path();
  // Not by a range-for: its ++ throws, as on a file server that has forgotten the folder.
  std::error_code error, ignored;
  for (fs::directory_iterator it(folder.empty() ? "." : folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, begin) || !absl::ConsumeSuffix(&rest, extension_)) continue;
    if (IsOldSuffix(rest)) old.emplace_back(it->last_write_time(ignored), it->path());
  }
  if (error) return;  // not all are known: which are the oldest neither
  std::sort(old.begin(), old.end());
  const auto kept = static_cast<size_t>(config_.rotate_count);
  for (size_t i = 0; i + kept < old.size(); ++i) fs::remove(old[i].second, ignored);
}

}  // namespace heddle
