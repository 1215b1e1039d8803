#include "namerd/mesh_api/followed_client.h"

#include <utility>

#include "lib/mesh/convert.h"
#include "lib/mesh/digest.h"
#include "lib/mesh/endpoint_set.h"
#include "proto/mesh.pb.h"

namespace heddle::namerd {

using mesh::v1::EndpointSet;

void FollowedClient::Follow(const std::shared_ptr<Watch<Addr>>& addr, std::function<void()> on_change) {
  if (watch_ == addr) return;
  subscription_.Cancel();
  watch_ = addr;
  subscription_ = watch_->Subscribe([on_change = std::move(on_change)](const Addr&) { on_change(); });
}

bool FollowedClient::unknown() const {
  const bool told = sent_ && last_.state != AddrState::kPending;
  return watch_->Get().state == AddrState::kPending && !told && held_digest_ == 0;
}

bool FollowedClient::Write(EndpointSet* out) {
  const Addr& addr = watch_->Get();
  if (addr.state == AddrState::kBound) {
    if (!WriteBound(addr, out)) return false;
  } else {
    // What was known does not become pending again.
    if (sent_ && (addr.state == AddrState::kPending || addr == last_)) return false;
    WriteSnapshot(addr, 0, out);
    last_digest_ = 0;
    // Pending leaves the proxy with what it holds; the others do not.
    if (addr.state != AddrState::kPending) held_digest_ = 0;
  }
  sent_ = true;
  last_ = addr;
  ToProto(id_, out->mutable_client());
  return true;
}

bool FollowedClient::WriteBound(const Addr& addr, EndpointSet* out) {
  const uint64_t digest = DigestOf(addr);
  if (digest == last_digest_) return false;
  if (digest == held_digest_) {
    out->set_state(EndpointSet::UNCHANGED);
    out->set_digest(digest);
  } else if (last_digest_ != 0) {
    WriteChange(last_, addr, digest, out);
  } else {
    WriteSnapshot(addr, digest, out);
  }
  held_digest_ = 0;
  last_digest_ = digest;
  return true;
}

}  // namespace heddle::namerd
