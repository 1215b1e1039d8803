// The mesh clients of a process: routers that follow the same namerd share one stream.
#ifndef HEDDLE_LIB_INTERPRETERS_MESH_CLIENTS_H_
#define HEDDLE_LIB_INTERPRETERS_MESH_CLIENTS_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/event/loop.h"
#include "lib/mesh/client.h"

namespace heddle {

// Loop thread only.
class MeshClients {
 public:
  // `version` is that of the program. The loop outlives the clients.
  MeshClients(Loop& loop, std::string version) : loop_(loop), version_(std::move(version)) {}

  // The client with these options (proxy_id and version are filled in here), made at the first call.
  std::shared_ptr<MeshClient> Get(MeshClientOptions options);
  const std::vector<std::shared_ptr<MeshClient>>& all() const { return clients_; }

 private:
  Loop& loop_;
  const std::string version_;
  std::vector<std::shared_ptr<MeshClient>> clients_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_INTERPRETERS_MESH_CLIENTS_H_
