// The mesh port of namerd: heddle.mesh.v1.Mesh for our proxies, and io.linkerd.mesh's services for other
// clients.
//
// gRPC calls on its own threads; each call hops to the loop, where all naming lives, and back. A reader that
// is slow gets the latest state when it reads again.
#ifndef HEDDLE_NAMERD_MESH_API_SERVER_H_
#define HEDDLE_NAMERD_MESH_API_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::namerd {

// All calls on the loop's thread.
class MeshServer {
 public:
  // All four outlive it.
  MeshServer(Loop& loop, Namespaces& namespaces, Fleet& fleet, NamesInUse& names_in_use);
  // Shuts down.
  ~MeshServer();
  MeshServer(const MeshServer&) = delete;
  MeshServer& operator=(const MeshServer&) = delete;

  // Listens on `ip` (IPv4, or IPv6 without brackets) and returns the port: the given one or, for 0, one that
  // was free. Unavailable if that is not possible. Once.
  absl::StatusOr<uint16_t> Listen(const std::string& ip, uint16_t port);

  // Ends every call as UNAVAILABLE and closes the port; blocks until gRPC has let go, at most about `limit`,
  // for writes to slow readers. Idempotent.
  void Shutdown(Millis limit = Millis(1000));

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_SERVER_H_
