// A way into a loop for threads that may outlive it: gRPC's, whose callbacks come until the last call is
// done.
#ifndef HEDDLE_LIB_MESH_LOOP_GATE_H_
#define HEDDLE_LIB_MESH_LOOP_GATE_H_

#include <mutex>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "lib/event/loop.h"

namespace heddle {

// Shared by the loop's side and the threads' side.
class LoopGate {
 public:
  explicit LoopGate(Loop& loop) : loop_(&loop) {}

  // Any thread. Posts `work` to the loop; false, and the work is dropped, once the gate is closed.
  bool Post(absl::AnyInvocable<void()> work) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return false;
    loop_->Post(std::move(work));
    return true;
  }

  // Loop thread. Nothing is posted any more; what has been posted before still runs. Before the loop goes.
  void Close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;  // absl's is opaque to the thread sanitizer
  Loop* loop_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_LOOP_GATE_H_
