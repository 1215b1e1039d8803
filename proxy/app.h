// The proxy: every part, assembled.
#ifndef HEDDLE_PROXY_APP_H_
#define HEDDLE_PROXY_APP_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/admin/admin_server.h"
#include "lib/admin/common_pages.h"
#include "lib/event/loop.h"
#include "lib/event/signal_watcher.h"
#include "lib/event/timer.h"
#include "lib/interpreters/mesh_clients.h"
#include "lib/naming/namer.h"
#include "lib/stats/metrics_tree.h"
#include "proxy/access_log/access_log.h"
#include "proxy/admin/delegator.h"
#include "proxy/admin/dtab_file_status.h"
#include "proxy/admin/mesh_status.h"
#include "proxy/admin/name_pages.h"
#include "proxy/config/proxy_config.h"
#include "proxy/server/router.h"
#include "proxy/server/worker_pool.h"
#include "proxy/traffic/traffic_ledger.h"

namespace heddle {

// One a process, on the thread that becomes the control thread.
class App {
 public:
  explicit App(ProxyConfig config);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Listens and serves; the error names the address that could not be taken. Namerd need not be there.
  absl::Status Start();
  // Until SIGTERM, SIGINT or POST /admin/shutdown; then accepts no more, answers what is under way for as
  // long as admin.shutdownGraceMs, and returns. A second signal does not wait.
  void Run();

 private:
  struct RouterUnit {
    std::string label;
    Transformers transformers;  // of the interpreter
    std::shared_ptr<Interpreter> interpreter;
    std::unique_ptr<MeshStatus> mesh;        // null unless namerd binds the names
    std::unique_ptr<DtabFileStatus> file;    // null unless the rules are in a file
    std::unique_ptr<AccessLog> access_log;   // null unless the requests are logged
    std::unique_ptr<TrafficLedger> traffic;  // null unless namerd binds the names
    std::unique_ptr<Router> router;
    Delegator::Explain explain;
  };

  absl::Status AddRouter(const RouterEntry& entry);
  std::shared_ptr<Namer> Inet() const;  // among namers_
  void UseDefaultInterpreter(const RouterEntry& entry, RouterUnit* unit);
  void UseFileInterpreter(const RouterEntry& entry, const FileInterpreterConfig& config, RouterUnit* unit);
  void UseMeshInterpreter(const RouterEntry& entry, const MeshInterpreterConfig& mesh, RouterUnit* unit);
  absl::Status StartAdmin();
  void FollowVersions();
  void ReportTraffic();
  void AfterAllWorkers(std::function<void()> then);
  Readiness IsReady() const;
  void FollowHangups();
  void IgnoreHangups();
  void Drain(const std::string& why);
  void SendLastReports();

  const ProxyConfig config_;
  // Destroyed last to first: the routers before the loops they live on.
  Loop control_;
  MetricsTree metrics_;
  WorkerPool workers_;
  MeshClients mesh_clients_;
  std::vector<PrefixedNamer> namers_;
  std::vector<RouterUnit> routers_;
  AdminServer admin_;
  std::optional<CommonAdmin> common_pages_;
  std::optional<Delegator> delegator_;
  std::optional<SignalWatcher> signals_;
  std::optional<SignalWatcher> hangups_;
  size_t draining_ = 0;   // routers
  size_t reporting_ = 0;  // clients of namerds, at the end
  Timer end_{control_, [this] { control_.Stop(); }};
  bool stopping_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_APP_H_
