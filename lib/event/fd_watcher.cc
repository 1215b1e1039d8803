#include "lib/event/fd_watcher.h"

#include <uv.h>

#include <utility>

#include "lib/base/check.h"

namespace heddle {

struct FdWatcher::Impl {
  Loop& loop;
  absl::AnyInvocable<void(Ready)> on_ready;
  uv_poll_t poll{};
};

FdWatcher::FdWatcher(Loop& loop, int fd, absl::AnyInvocable<void(Ready)> on_ready)
    : impl_(new Impl{loop, std::move(on_ready)}) {
  HEDDLE_CHECK(uv_poll_init(loop.uv(), &impl_->poll, fd) == 0);
  impl_->poll.data = impl_;
}

FdWatcher::~FdWatcher() {
  uv_poll_stop(&impl_->poll);
  uv_close(reinterpret_cast<uv_handle_t*>(&impl_->poll),
           [](uv_handle_t* handle) { delete static_cast<Impl*>(handle->data); });
}

void FdWatcher::Update(bool readable, bool writable) {
  const int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
  if (events == 0) {
    uv_poll_stop(&impl_->poll);
    return;
  }
  uv_poll_start(&impl_->poll, events, [](uv_poll_t* handle, int status, int ready) {
    auto* impl = static_cast<Impl*>(handle->data);
    const bool failed = status != 0;
    impl->on_ready(Ready{failed || (ready & UV_READABLE) != 0, failed || (ready & UV_WRITABLE) != 0});
  });
}

}  // namespace heddle
