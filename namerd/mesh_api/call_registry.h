// The calls in progress, for the shutdown; and the way to the loop for their callbacks. For mesh_api's .cc
// files alone.
#ifndef HEDDLE_NAMERD_MESH_API_CALL_REGISTRY_H_
#define HEDDLE_NAMERD_MESH_API_CALL_REGISTRY_H_

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "lib/mesh/loop_gate.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::namerd {

// A call that gRPC has handed to us and not yet got back.
class LiveCall {
 public:
  virtual ~LiveCall() = default;
  // Loop thread: ends the call because the server goes.
  virtual void Abort() = 0;
};

// Shared by the server and its calls.
class CallRegistry {
 public:
  CallRegistry(Loop& loop, Namespaces& on_loop_namespaces, Fleet& on_loop_fleet, NamesInUse& on_loop_names,
               TrafficBook& on_loop_traffic)
      : namespaces(on_loop_namespaces),
        fleet(on_loop_fleet),
        names_in_use(on_loop_names),
        traffic(on_loop_traffic),
        gate_(loop) {}

  // Any thread. False once closed: then the call has to be ended at once, and never touches the loop.
  bool Add(std::shared_ptr<LiveCall> call) {
    const std::lock_guard lock(mutex_);
    return !closed_ && calls_.insert(std::move(call)).second;
  }
  // Any thread.
  void Remove(const std::shared_ptr<LiveCall>& call) {
    const std::lock_guard lock(mutex_);
    calls_.erase(call);
  }
  // Any thread. Dropped once closed.
  void Post(absl::AnyInvocable<void()> work) { gate_.Post(std::move(work)); }

  // Loop thread. Ends all calls; later ones are refused, and nothing is posted any more.
  void Close() {
    // The gate first: a call that is refused is finished where it is, and nothing posted may finish it again.
    gate_.Close();
    std::vector<std::shared_ptr<LiveCall>> calls;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      calls.assign(calls_.begin(), calls_.end());
    }
    for (const auto& call : calls) call->Abort();
  }

  // Loop thread only.
  Namespaces& namespaces;
  Fleet& fleet;
  NamesInUse& names_in_use;
  TrafficBook& traffic;

 private:
  LoopGate gate_;
  std::mutex mutex_;  // absl's is opaque to the thread sanitizer
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::shared_ptr<LiveCall>> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_CALL_REGISTRY_H_
