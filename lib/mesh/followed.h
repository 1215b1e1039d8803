// The watches of the mesh client: a binding that is asked for while somebody subscribes, and an endpoint set
// that namerd sends along with the trees that name it.
#ifndef HEDDLE_LIB_MESH_FOLLOWED_H_
#define HEDDLE_LIB_MESH_FOLLOWED_H_

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/dtab/path.h"
#include "lib/naming/interpreter.h"
#include "lib/watch/watch.h"

namespace heddle {

class MeshClientState;

// What a binding is of. `local` as text: requests' overrides are few and short.
struct BindKey {
  std::string ns;
  std::string local;
  Path path;
  friend bool operator==(const BindKey&, const BindKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const BindKey& key) {
    return H::combine(std::move(h), key.ns, key.local, key.path);
  }
};

class BindingWatch : public Watch<Activity<Binding>> {
 public:
  BindingWatch(std::weak_ptr<MeshClientState> state, BindKey key, Dtab local);
  ~BindingWatch() override;

  const BindKey& key() const { return key_; }
  bool followed() const { return followed_; }

 protected:
  void OnFirstSubscriber() override;
  void OnLastUnsubscribed() override;

 private:
  friend class MeshClientState;

  std::weak_ptr<MeshClientState> state_;
  const BindKey key_;
  const Dtab local_;
  bool followed_ = false;
  uint64_t id_ = 0;  // of its subscription on the present stream; 0: none
  std::optional<std::list<BindingWatch*>::iterator> queued_;  // its place among those to subscribe
  // The tree it had last, with namerd's digest; 0: none. The published value lacks it while a new
  // subscription to a name once known has not been answered.
  std::optional<Binding> held_;
  uint64_t digest_ = 0;
};

class EndpointWatch : public Watch<Addr> {
 public:
  EndpointWatch(std::weak_ptr<MeshClientState> state, Path client)
      : Watch<Addr>(Addr::Pending()), state_(std::move(state)), client_(std::move(client)) {}
  ~EndpointWatch() override;

 private:
  friend class MeshClientState;

  std::weak_ptr<MeshClientState> state_;
  const Path client_;
  uint64_t digest_ = 0;    // namerd's, of the value; 0: not bound
  bool has_base_ = false;  // a change to the value may follow on this stream
  bool rejected_ = false;  // the last whole set was not usable: changes to it are of no use either
};

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_FOLLOWED_H_
