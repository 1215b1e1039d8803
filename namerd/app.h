// namerd: every part, assembled.
#ifndef HEDDLE_NAMERD_APP_H_
#define HEDDLE_NAMERD_APP_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/admin/admin_server.h"
#include "lib/admin/common_pages.h"
#include "lib/event/loop.h"
#include "lib/event/signal_watcher.h"
#include "lib/event/timer.h"
#include "lib/session/http_server.h"
#include "lib/stats/metrics_tree.h"
#include "namerd/config/namerd_config.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/http_api/http_api.h"
#include "namerd/mesh_api/server.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/shift/shifts.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// One a process, on the thread that becomes the loop's: naming, the store's watches, the HTTP API and the
// admin server share it. The store's disk and gRPC have threads of their own.
class App {
 public:
  explicit App(NamerdConfig config);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Opens the store, listens and serves. The error names the path or the address that could not be taken.
  absl::Status Start();
  // Until SIGTERM, SIGINT or POST /admin/shutdown; then ends the streams, answers what is under way for as
  // long as admin.shutdownGraceMs, closes the store and returns. A second signal does not wait.
  void Run();

 private:
  absl::Status OpenStore();
  absl::Status StartMesh();
  absl::Status StartHttp();
  absl::Status StartAdmin();
  void MountPages();
  void Stop(const std::string& why);

  const NamerdConfig config_;
  // Destroyed last to first: what serves before what it serves from.
  Loop loop_;
  MetricsTree metrics_;
  std::unique_ptr<Store> store_;
  std::optional<Namespaces> namespaces_;
  Fleet fleet_;
  TrafficBook traffic_;
  NamesInUse names_in_use_;
  std::optional<Shifts> shifts_;
  std::optional<HttpApi> http_api_;
  std::vector<std::unique_ptr<HttpServer>> http_servers_;
  std::optional<MeshServer> mesh_server_;
  AdminServer admin_;
  std::optional<CommonAdmin> common_pages_;
  std::optional<SignalWatcher> signals_;
  Timer grace_;
  size_t draining_ = 0;  // HTTP servers
  bool stopping_ = false;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_APP_H_
