// How a router stands with its namerd: for the readiness page and the metrics.
#ifndef HEDDLE_PROXY_ADMIN_MESH_STATUS_H_
#define HEDDLE_PROXY_ADMIN_MESH_STATUS_H_

#include <memory>
#include <string>

#include "lib/mesh/client.h"
#include "lib/stats/metrics_tree.h"
#include "lib/watch/watch.h"

namespace heddle {

// Loop thread only.
class MeshStatus {
 public:
  // Adds to `router` (rt/<label>) the gauges interpreter/connected (0 or 1), interpreter/reconnects and
  // interpreter/revision (the version of `ns` that every worker routes by).
  MeshStatus(std::shared_ptr<MeshClient> client, std::string ns, const Scope& router);
  MeshStatus(const MeshStatus&) = delete;
  MeshStatus& operator=(const MeshStatus&) = delete;

  // Every worker routes by `version` of `ns` of `client`; nothing if that is not this router's.
  void OnApplied(const MeshClient& client, const std::string& ns, DtabVersion version);

  // Namerd has answered once: names can be bound, or were and are still known.
  bool ready() const { return ready_; }
  bool Follows(const MeshClient& client) const { return &client == client_.get(); }
  bool connected() const { return client_->connected()->Get(); }
  // "namerd at 127.0.0.1:4321".
  std::string Peer() const;

 private:
  const std::shared_ptr<MeshClient> client_;
  const std::string ns_;
  bool ready_ = false;
  MetricSet set_;
  Gauge& connected_;
  Gauge& reconnects_;
  Gauge& revision_;
  Subscription subscription_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ADMIN_MESH_STATUS_H_
