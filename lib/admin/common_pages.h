// The admin pages that the proxy and namerd share.
#ifndef HEDDLE_LIB_ADMIN_COMMON_PAGES_H_
#define HEDDLE_LIB_ADMIN_COMMON_PAGES_H_

#include <functional>
#include <string>
#include <vector>

#include "lib/admin/admin_config.h"
#include "lib/admin/admin_server.h"
#include "lib/telemetry/metrics_view.h"
#include "lib/telemetry/process_metrics.h"

namespace heddle {

// Whether a daemon can serve.
struct Readiness {
  std::vector<std::string> not_ready_because;  // ready when empty
  std::vector<std::string> notes;              // what does not keep it from serving
};

// What the pages ask and tell the daemon. All called on the loop thread, as long as the admin server lives.
struct CommonPages {
  std::string program;  // "proxy"
  std::string version;
  TelemetryConfig telemetry;
  std::function<Readiness()> readiness;
  // Begins the graceful stop; may be called more than once.
  std::function<void()> shut_down;
};

// Owns what the pages show; mounts:
//   /admin/ping                pong: the process lives
//   /admin/ready               200 ready, or 503 and why not; notes; a line each
//   /admin/metrics.json        ?q=rt/http  ?tree=1  ?pretty=1
//   /admin/metrics/prometheus  one for each io.l5d.prometheus of `telemetry`, at its path
//   /admin/server_info         program, version, process id, uptime
//   /admin/shutdown            POST: stops gracefully
// Loop thread only. `server`, `tree` and `loop` outlive it.
class CommonAdmin {
 public:
  CommonAdmin(AdminServer& server, MetricsTree& tree, Loop& loop, CommonPages pages);
  CommonAdmin(const CommonAdmin&) = delete;
  CommonAdmin& operator=(const CommonAdmin&) = delete;

 private:
  void MountMetrics(AdminServer& server);
  void SendReady(ResponseWriter& writer) const;
  void SendMetricsJson(const HttpRequest& request, ResponseWriter& writer);
  void SendServerInfo(ResponseWriter& writer) const;

  const CommonPages pages_;
  const Clock& clock_;
  const Nanos started_;
  MetricsView view_;
  ProcessMetrics process_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_ADMIN_COMMON_PAGES_H_
