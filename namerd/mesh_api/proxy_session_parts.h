// What a ProxySession keeps: the things its queue holds. For proxy_session*.cc alone.
#ifndef HEDDLE_NAMERD_MESH_API_PROXY_SESSION_PARTS_H_
#define HEDDLE_NAMERD_MESH_API_PROXY_SESSION_PARTS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/naming/local_interpreter.h"
#include "namerd/mesh_api/followed_client.h"
#include "namerd/mesh_api/proxy_session.h"

namespace heddle::namerd {

// A namespace in which the proxy has names.
struct ProxySession::FollowedNamespace {
  std::string name;
  size_t refs = 0;  // names
  std::shared_ptr<LocalInterpreter> interpreter;
  std::shared_ptr<Watch<Activity<std::optional<VersionedDtab>>>> dtab;
  Subscription subscription;
  std::optional<DtabVersion> latest;
  std::optional<DtabVersion> synced;  // as told
  DtabVersion queued;    // `latest` when it took its place: all that this changes stands before it
  size_t waiting = 0;    // names that cannot be told as they are to be
  bool blocked = false;  // its turn came while some were
  std::optional<Queue::iterator> place;
};

// A client that a tree names.
struct ProxySession::Client {
  Client(Path id, uint64_t held_digest) : endpoints(std::move(id), held_digest) {}
  FollowedClient endpoints;
  size_t refs = 0;  // trees that the proxy has, and those it is about to get
  std::optional<Queue::iterator> place;
};

// A subscription.
struct ProxySession::Name {
  uint64_t id = 0;
  Path path;
  size_t bytes = 0;
  FollowedNamespace* ns = nullptr;
  std::vector<Client*> told;  // of the tree that the proxy has been told on this stream
  std::vector<Client*> next;  // of the tree as it stands
  uint64_t digest = 0;        // of the tree as it stands; 0: none
  uint64_t peer_digest = 0;   // of the tree that the proxy has; 0: none
  bool answered = false;      // the proxy knows that the tree of peer_digest is (or was) right
  std::string failure;        // as told; empty: none, or over
  std::shared_ptr<Watch<Activity<Binding>>> watch;
  Subscription subscription;
  Subscription in_use;
  std::optional<Queue::iterator> place;
};

class ProxySession::Call {
 public:
  enum class By { kWatch, kCaller };
  Call(ProxySession& session, By by) : session_(session), by_(by) { ++session_.calls_; }
  ~Call() {
    if (--session_.calls_ == 0 && by_ == By::kWatch) session_.on_outgoing_();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  ProxySession& session_;
  const By by_;
};

template <class Thing>
void ProxySession::Enqueue(Thing& thing) {
  if (!thing.place) thing.place = queue_.insert(queue_.end(), &thing);
}

template <class Thing>
void ProxySession::Dequeue(Thing& thing) {
  if (thing.place) queue_.erase(*std::exchange(thing.place, std::nullopt));
}

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_PROXY_SESSION_PARTS_H_
