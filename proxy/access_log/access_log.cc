#include "proxy/access_log/access_log.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status.h"

namespace heddle {

namespace {

// One message a minute is enough.
constexpr Nanos kSayAgainAfter = std::chrono::minutes(1);

// A number of the calling thread's own.
size_t ThreadNumber() {
  static std::atomic<size_t> threads{0};
  thread_local const size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AccessLog>> AccessLog::Open(const AccessLogConfig& config, Loop& control,
                                                           const Scope& scope) {
  ASSIGN_OR_RETURN(auto file, LogFile::Open(config, control.clock()));
  const int wake = eventfd(0, EFD_CLOEXEC);
  if (wake < 0) return absl::UnavailableError(absl::StrCat("eventfd: ", ErrnoText(errno)));
  return std::unique_ptr<AccessLog>(
      new AccessLog(config, std::move(file), control.clock(), scope.Child("access_log"), wake));
}

AccessLog::AccessLog(const AccessLogConfig& config, std::unique_ptr<LogFile> file, const Clock& clock,
                     const Scope& scope, int wake)
    : file_(std::move(file)),
      clock_(clock),
      path_(config.path),
      reopens_(config.roll == AccessLogConfig::Roll::kSighup),
      wake_(wake),
      metrics_(scope),
      lines_(metrics_.AddCounter({"lines"})),
      lost_(metrics_.AddCounter({"lost"})),
      writer_([this] { Run(); }) {}

AccessLog::~AccessLog() {
  stop_ = true;
  Wake();
  writer_.join();
  close(wake_);
}

void AccessLog::Wake() {
  const uint64_t one = 1;
  // Fails only if it was written 2^64 times without being read.
  [[maybe_unused]] const ssize_t n = write(wake_, &one, sizeof one);
}

void AccessLog::Write(absl::string_view lines) {
  const size_t own = ThreadNumber();
  for (size_t i = 0; i < kShards; ++i) {
    Shard& shard = shards_[(own + i) % kShards];
    std::unique_lock lock(shard.mutex, std::try_to_lock);
    if (!lock) continue;  // the writer takes what is in it, or a thread too many uses it
    const size_t before = shard.lines.size();
    if (before + lines.size() > kMaxWaiting) break;
    shard.lines.append(lines.data(), lines.size());
    lock.unlock();
    constexpr size_t kMuch = kMaxWaiting / 4;
    const bool hurry = before < kMuch && before + lines.size() >= kMuch;
    if (hurry) hurry_.store(true, std::memory_order_relaxed);
    const bool known = waiting_.load(std::memory_order_relaxed) || waiting_.exchange(true);
    if (hurry || !known) Wake();
    return;
  }
  dropped_.fetch_add(std::count(lines.begin(), lines.end(), '\n'), std::memory_order_relaxed);
}

void AccessLog::OnHangup() {
  if (!reopens_) return;
  hangup_ = true;
  Wake();
}

void AccessLog::AwaitWake(int timeout_ms) {
  pollfd wake{wake_, POLLIN, 0};
  if (poll(&wake, 1, timeout_ms) <= 0) return;
  uint64_t wakes = 0;
  [[maybe_unused]] const ssize_t n = read(wake_, &wakes, sizeof wakes);
}

void AccessLog::Run() {
  while (!stop_) {
    AwaitWake(-1);
    if (!stop_ && !hangup_ && !hurry_) AwaitWake(static_cast<int>(kMaxDelay.count()));
    hurry_ = false;
    waiting_.exchange(false);
    WriteWaiting();
    ReportNoLoss();
  }
  WriteWaiting();
}

void AccessLog::WriteWaiting() {
  // Asked first: what was written before the hangup belongs to the file that was renamed.
  const bool reopen = hangup_.exchange(false);
  WriteShards();
  if (reopen) {
    if (const absl::Status status = file_->Reopen(); !status.ok()) ReportLoss(status);
  }
  const uint64_t dropped = dropped_.exchange(0, std::memory_order_relaxed);
  if (dropped == 0) return;
  lost_.Increment(dropped);
  ReportLoss(absl::ResourceExhaustedError(
      absl::StrCat("lines of the access log ", path_, " come faster than they can be written")));
}

void AccessLog::WriteShards() {
  for (Shard& shard : shards_) {
    batch_.clear();
    {
      const std::lock_guard lock(shard.mutex);
      batch_.swap(shard.lines);
    }
    if (!batch_.empty()) WriteLines(batch_);
  }
}

void AccessLog::WriteLines(absl::string_view lines) {
  size_t written = 0;
  const absl::Status status = file_->Append(lines, &written);
  const auto count = [](absl::string_view text) { return std::count(text.begin(), text.end(), '\n'); };
  lines_.Increment(count(lines.substr(0, written)));
  lost_.Increment(count(lines.substr(written)));
  if (!status.ok()) ReportLoss(status);
}

void AccessLog::ReportLoss(const absl::Status& status) {
  last_loss_ = clock_.Now();
  if (std::exchange(losing_, true)) return;
  Log(LogLevel::kWarning) << status.message() << "; requests go on, lines are lost (access_log/lost)";
}

void AccessLog::ReportNoLoss() {
  if (!losing_ || clock_.Now() - last_loss_ < kSayAgainAfter) return;
  losing_ = false;
  Log(LogLevel::kInfo) << "the access log " << path_
                       << " is written again; lost until now: " << lost_.value();
}

}  // namespace heddle
