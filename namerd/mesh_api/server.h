// gRPC of namerd: heddle.mesh.v1.Mesh for our proxies, and io.linkerd.mesh's services for other clients, on
// any number of ports and on connections that others have accepted.
//
// gRPC calls on its own threads; each call hops to the loop, where all naming lives, and back. A reader that
// is slow gets the latest state when it reads again.
#ifndef HEDDLE_NAMERD_MESH_API_SERVER_H_
#define HEDDLE_NAMERD_MESH_API_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::namerd {

// A connection on which nothing has come for `after` is pinged, and given up if no answer comes within
// `timeout`. So a proxy that is stopped, or cut off, counts as connected for at most the sum of both, and
// then as gone.
struct MeshPings {
  Millis after{10'000};
  Millis timeout{5'000};
};

// All calls on the loop's thread.
class MeshServer {
 public:
  // All five outlive it.
  MeshServer(Loop& loop, Namespaces& namespaces, Fleet& fleet, NamesInUse& names_in_use, TrafficBook& traffic,
             MeshPings pings = {});
  // Shuts down.
  ~MeshServer();
  MeshServer(const MeshServer&) = delete;
  MeshServer& operator=(const MeshServer&) = delete;

  // Listens on `addresses` (none is fine) and serves; returns their ports in the same order: the given one
  // or, for 0, one that was free. Unavailable, with the address, if one cannot be taken. Once.
  absl::StatusOr<std::vector<uint16_t>> Serve(const std::vector<SocketAddress>& addresses);

  // Serves a connection of which `received` has been read so far, from HTTP/2's preface on. `fd` is not
  // blocking, and closed here when the connection is over; at once when the server does not serve.
  void Adopt(int fd, const std::string& received);

  // Ends every call as UNAVAILABLE and closes the ports; blocks until gRPC has let go, at most about `limit`,
  // for writes to slow readers. Idempotent.
  void Shutdown(Millis limit = Millis(1000));

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_SERVER_H_
