// What a proxy knows of the mesh, and what it still has to tell namerd: MeshClient without the network.
#ifndef HEDDLE_LIB_MESH_CLIENT_STATE_H_
#define HEDDLE_LIB_MESH_CLIENT_STATE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "lib/base/status.h"
#include "lib/mesh/followed.h"
#include "lib/naming/interpreter.h"

namespace heddle::mesh::v1 {
class Binding;
class EndpointSet;
class FromNamerd;
class FromProxy;
class Hello;
class Synced;
}  // namespace heddle::mesh::v1

namespace heddle {

// Loop thread only. Owned by a shared_ptr: the watches it gives away refer to it weakly.
class MeshClientState : public std::enable_shared_from_this<MeshClientState> {
 public:
  struct Versions {
    DtabVersion synced, applied;
  };

  // `on_outgoing` is called when NextMessage has something to give that it did not have before.
  explicit MeshClientState(std::function<void()> on_outgoing);

  std::shared_ptr<Watch<Activity<Binding>>> Bind(const std::string& ns, const Dtab& local, const Path& path);

  void OnSynced(std::function<void(const std::string&, DtabVersion)> hook) { on_synced_ = std::move(hook); }
  void Applied(const std::string& ns, DtabVersion version);
  const std::map<std::string, Versions>& namespaces() const { return namespaces_; }
  const absl::flat_hash_map<BindKey, BindingWatch*>& bindings() const { return bindings_; }
  // Endpoint sets that some tree names.
  size_t endpoint_sets() const { return sets_.size(); }
  bool welcomed() const { return welcomed_; }

  // A stream begins. Fills in what is held; every followed binding will be subscribed again.
  void StartStream(mesh::v1::Hello* hello);
  // The stream has ended: what is known stays.
  void EndStream();

  // An error is a breach of the protocol: the stream has to be given up.
  absl::Status Receive(const mesh::v1::FromNamerd& message);
  // The next message to send; false if there is none. Only between StartStream and EndStream.
  bool NextMessage(mesh::v1::FromProxy* out);

 private:
  friend class BindingWatch;
  friend class EndpointWatch;

  void Follow(BindingWatch* watch);
  void Unfollow(BindingWatch* watch);
  void Forget(const BindKey& key) { bindings_.erase(key); }
  void Forget(const Path& client) { sets_.erase(client); }

  bool NextSubscription(mesh::v1::FromProxy* out);
  absl::Status WriteSubscribe(const BindingWatch& watch, mesh::v1::FromProxy* out) const;
  absl::Status ReceiveBinding(const mesh::v1::Binding& binding);
  absl::Status ReceiveEndpoints(const mesh::v1::EndpointSet& message);
  void ReceiveSynced(const mesh::v1::Synced& synced);
  // Tells namerd why it was not possible to do as it said.
  void Reject(const BindKey& key, DtabVersion version, const absl::Status& why);
  std::shared_ptr<EndpointWatch> EndpointsOf(const Path& client);

  std::function<void()> on_outgoing_;
  std::function<void(const std::string&, DtabVersion)> on_synced_;
  absl::flat_hash_map<BindKey, BindingWatch*> bindings_;
  std::map<std::string, Versions> namespaces_;
  // Every endpoint set that a tree or a user of one holds.
  absl::flat_hash_map<Path, EndpointWatch*> sets_;

  // Of the present stream.
  bool streaming_ = false;
  bool welcomed_ = false;
  uint64_t next_id_ = 1;
  absl::flat_hash_map<uint64_t, BindingWatch*> by_id_;
  // The sets that namerd keeps up to date: they come before the trees that name them.
  absl::flat_hash_map<Path, std::shared_ptr<EndpointWatch>> followed_sets_;
  std::list<BindingWatch*> to_subscribe_;  // in their midst a nullptr: say Resumed
  std::deque<uint64_t> to_unsubscribe_;
  std::map<std::string, DtabVersion> to_apply_;
  struct Rejection {
    DtabVersion version;
    std::string error;
  };
  std::map<std::string, Rejection> to_reject_;  // the latest a namespace
};

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_CLIENT_STATE_H_
