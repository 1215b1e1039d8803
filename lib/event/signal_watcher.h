// Signals as events of a loop: SIGTERM starts a drain, and so on.
#ifndef HEDDLE_LIB_EVENT_SIGNAL_WATCHER_H_
#define HEDDLE_LIB_EVENT_SIGNAL_WATCHER_H_

#include <initializer_list>

#include "absl/functional/any_invocable.h"
#include "lib/event/loop.h"

namespace heddle {

// Calls `on_signal` with the number of each of `signals` that the process receives, on the loop. REQUIRES: at
// least one signal. Destroying it (not inside its callback: use Loop::Defer) restores the default action.
class SignalWatcher {
 public:
  SignalWatcher(Loop& loop, std::initializer_list<int> signals, absl::AnyInvocable<void(int)> on_signal);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  struct Impl;
  Impl* impl_;  // freed once libuv has let go of the last handle
};

}  // namespace heddle

#endif  // HEDDLE_LIB_EVENT_SIGNAL_WATCHER_H_
