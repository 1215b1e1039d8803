// One client's endpoints as a proxy's stream has them: what has been sent, and what there is to send.
#ifndef HEDDLE_NAMERD_MESH_API_FOLLOWED_CLIENT_H_
#define HEDDLE_NAMERD_MESH_API_FOLLOWED_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "lib/dtab/path.h"
#include "lib/naming/addr.h"
#include "lib/watch/watch.h"

namespace heddle::mesh::v1 {
class EndpointSet;
}

namespace heddle::namerd {

// Loop thread only.
class FollowedClient {
 public:
  // `held_digest`: of the set that the proxy has from an earlier stream; 0: none.
  FollowedClient(Path id, uint64_t held_digest) : id_(std::move(id)), held_digest_(held_digest) {}

  // Follows `addr` from now on, unless it already does: `on_change` is called at once and when the endpoints
  // change. First of all calls.
  void Follow(const std::shared_ptr<Watch<Addr>>& addr, std::function<void()> on_change);

  const Path& id() const { return id_; }
  // Neither namerd nor the proxy knows its endpoints.
  bool unknown() const;
  // Something has been said about it on this stream.
  bool sent() const { return sent_; }

  // Writes what the proxy lacks; false if it lacks nothing.
  bool Write(mesh::v1::EndpointSet* out);

 private:
  bool WriteBound(const Addr& addr, mesh::v1::EndpointSet* out);

  const Path id_;
  uint64_t held_digest_;
  std::shared_ptr<Watch<Addr>> watch_;
  Subscription subscription_;
  bool sent_ = false;
  Addr last_;                 // as sent on this stream
  uint64_t last_digest_ = 0;  // of that, when bound
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_FOLLOWED_CLIENT_H_
