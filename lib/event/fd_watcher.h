// Follows a file descriptor that somebody else owns: inotify, a resolver's socket.
#ifndef HEDDLE_LIB_EVENT_FD_WATCHER_H_
#define HEDDLE_LIB_EVENT_FD_WATCHER_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"

namespace heddle {

// Level-triggered. Destroying it (also inside its callback) ends the watching; the descriptor stays open and
// may be closed at once afterwards. Loop thread only.
class FdWatcher {
 public:
  struct Ready {
    bool readable = false;
    bool writable = false;
  };

  // `fd` is non-blocking or about to be made so. Watches nothing until Update.
  FdWatcher(Loop& loop, int fd, absl::AnyInvocable<void(Ready)> on_ready);
  ~FdWatcher();
  FdWatcher(const FdWatcher&) = delete;
  FdWatcher& operator=(const FdWatcher&) = delete;

  // Calls on_ready while the descriptor is readable or writable, as asked. An error or a hang-up counts as
  // both.
  void Update(bool readable, bool writable);

 private:
  struct Impl;
  Impl* impl_;  // freed once libuv has let go of the handle
};

}  // namespace heddle

#endif  // HEDDLE_LIB_EVENT_FD_WATCHER_H_
