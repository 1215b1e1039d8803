// A proxy's mesh stream as namerd's loop sees it (proto/mesh.proto): what the proxy wants, what it has, and
// what it is to be told next. Without the network: messages in, messages out.
//
// What there is to tell is one queue of things, not of messages: a binding, an endpoint set or a namespace
// stands in it at most once, and what is sent when its turn comes is its state at that time. So a slow proxy
// costs no more memory than a fast one, nothing starves, and a Synced comes after every binding that its
// version changed.
#ifndef HEDDLE_NAMERD_MESH_API_PROXY_SESSION_H_
#define HEDDLE_NAMERD_MESH_API_PROXY_SESSION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "lib/naming/interpreter.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/mesh_api/traffic_intake.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::mesh::v1 {
class Binding;
class FromNamerd;
class FromProxy;
class Hello;
class Subscribe;
class Traffic;
}  // namespace heddle::mesh::v1

namespace heddle::namerd {

// Loop thread only.
class ProxySession {
 public:
  // How often a proxy is to report its traffic unasked.
  static constexpr Millis kTrafficInterval{5000};

  // `peer` is the proxy's address. `on_outgoing` is called when NextMessage may have something new to give,
  // other than by a Receive.
  ProxySession(Namespaces& namespaces, Fleet& fleet, NamesInUse& names_in_use, TrafficBook& traffic,
               std::string peer, std::function<void()> on_outgoing);
  ~ProxySession();

  // An error ends the stream: the proxy does not speak the protocol.
  absl::Status Receive(const mesh::v1::FromProxy& message);
  // False while enough answers wait to be sent: the proxy should not be read from.
  bool WantsMore() const { return refused_.size() < kMaxRefused; }
  // The next message; false if there is nothing to tell.
  bool NextMessage(mesh::v1::FromNamerd* out);

 private:
  struct Name;
  struct Client;
  struct FollowedNamespace;
  using Queue = std::list<std::variant<Name*, Client*, FollowedNamespace*>>;
  enum class Told { kNothing, kSome, kAll };  // kSome: there is more to tell about the same thing
  static constexpr size_t kMaxRefused = 16;

  absl::Status ReceiveHello(const mesh::v1::Hello& hello);
  void ReceiveTraffic(const mesh::v1::Traffic& report);
  absl::Status ReceiveSubscribe(const mesh::v1::Subscribe& subscribe);
  absl::Status Subscribe(const mesh::v1::Subscribe& subscribe);
  void Unsubscribe(uint64_t id);
  void Resume();

  FollowedNamespace& NamespaceOf(const std::string& ns);
  void Release(FollowedNamespace& ns);
  Client& Ref(const BoundName& leaf);
  void Unref(const std::vector<Client*>& clients);

  void OnBinding(Name& name);
  void OnEndpoints(Client& client);
  void OnDtab(FollowedNamespace& ns);

  // Counts the calls of ours that are in progress. The last one to end says that there may be something to
  // tell, unless the caller asks anyway.
  class Call;

  // Puts a thing into the queue, if it is not there.
  template <class Thing>
  void Enqueue(Thing& thing);
  void EnqueueSynced(FollowedNamespace& ns);
  template <class Thing>
  void Dequeue(Thing& thing);
  // A tree that cannot be sent yet, or is not known yet: the Synced of its namespace waits for it.
  void Wait(Name& name);
  void StopWaiting(Name& name);

  // Writes the next message about a thing.
  Told Tell(Name& name, mesh::v1::FromNamerd* out);
  Told Tell(Client& client, mesh::v1::FromNamerd* out);
  Told Tell(FollowedNamespace& ns, mesh::v1::FromNamerd* out);
  Told TellTree(Name& name, const Binding& binding, mesh::v1::FromNamerd* out);
  Told TellFailure(Name& name, DtabVersion version, absl::string_view why, mesh::v1::FromNamerd* out);

  Namespaces& namespaces_;
  Fleet& fleet_;
  NamesInUse& names_in_use_;
  TrafficBook& traffic_;
  const std::string peer_;
  std::function<void()> on_outgoing_;
  int calls_ = 0;

  std::unique_ptr<Fleet::Handle> member_;  // from Hello on, as the next
  std::unique_ptr<TrafficIntake> intake_;
  bool complained_ = false;  // about a traffic report: once is enough for the log
  bool welcome_due_ = false;
  bool resumed_ = false;
  absl::flat_hash_map<Path, uint64_t> held_;  // digests of the sets that the proxy has from an earlier stream
  size_t name_bytes_ = 0;                     // of all subscriptions
  std::deque<std::pair<uint64_t, std::string>> refused_;

  Queue queue_;
  absl::flat_hash_set<Name*> waiting_;
  // Lowest first: names refer to clients and namespaces.
  absl::flat_hash_map<Path, std::unique_ptr<Client>> clients_;
  absl::flat_hash_map<std::string, std::unique_ptr<FollowedNamespace>> followed_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<Name>> names_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_PROXY_SESSION_H_
