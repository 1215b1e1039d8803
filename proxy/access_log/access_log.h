// The access log of a router: lines from every worker into one file. No worker waits for the disk: lines are
// put into a buffer in memory, which a thread of the log's own empties.
//
//   ASSIGN_OR_RETURN(auto log, AccessLog::Open(config, control, scope));
//   AppendAccessLogLine(entry, &line);                       // on a worker
//   log->Write(line);
#ifndef HEDDLE_PROXY_ACCESS_LOG_ACCESS_LOG_H_
#define HEDDLE_PROXY_ACCESS_LOG_ACCESS_LOG_H_

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/event/loop.h"
#include "lib/stats/metrics_tree.h"
#include "proxy/access_log/access_entry.h"
#include "proxy/access_log/access_log_config.h"
#include "proxy/access_log/log_file.h"

namespace heddle {

class AccessLog {
 public:
  // What waits to be written, of one worker; lines beyond are lost.
  static constexpr size_t kMaxWaiting = 1 << 20;
  // Lines are in the file this much later at most, unless the disk is slow.
  static constexpr Millis kMaxDelay{100};

  // Errors name the file, the reason and what to do. REQUIRES: config.path is not empty; `control`'s clock
  // and the tree of `scope` outlive the log. Metrics: access_log/lines, in the file, and access_log/lost,
  // because of kMaxWaiting or of an error of the file's; standard error says when that begins and when it has
  // ended.
  static absl::StatusOr<std::unique_ptr<AccessLog>> Open(const AccessLogConfig& config, Loop& control,
                                                         const Scope& scope = UnshownScope());
  // What was written until now is in the file then, if it can be written.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // One line or several, each with its newline. Any thread; never waits. A copy into memory, and a system
  // call for the first line of each kMaxDelay.
  void Write(absl::string_view lines);
  // With the policy sighup, opens the file anew: something else has renamed it. Any thread; never waits.
  void OnHangup();

 private:
  // Threads have one each, as long as there are enough.
  static constexpr size_t kShards = 16;
  struct alignas(64) Shard {
    std::mutex mutex;  // absl's is opaque to the thread sanitizer; held for a copy, or for a swap
    std::string lines;
  };

  AccessLog(const AccessLogConfig& config, std::unique_ptr<LogFile> file, const Clock& clock,
            const Scope& scope, int wake);

  void Wake();
  // The writer's thread.
  void Run();
  void AwaitWake(int timeout_ms);
  void WriteWaiting();
  void WriteShards();
  void WriteLines(absl::string_view lines);
  // Says when lines begin to get lost, and when none was for a while.
  void ReportLoss(const absl::Status& status);
  void ReportNoLoss();

  const std::unique_ptr<LogFile> file_;  // the writer's
  const Clock& clock_;
  const std::string path_;
  const bool reopens_;
  const int wake_;  // an eventfd
  std::array<Shard, kShards> shards_;
  std::atomic<bool> waiting_{false};  // the writer knows that there are lines
  std::atomic<bool> hurry_{false};    // it is not to wait for more of them
  std::atomic<bool> hangup_{false};
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> dropped_{0};

  // The writer's.
  MetricSet metrics_;
  Counter& lines_;
  Counter& lost_;
  bool losing_ = false;
  Nanos last_loss_{0};
  std::string batch_;
  std::thread writer_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ACCESS_LOG_ACCESS_LOG_H_
