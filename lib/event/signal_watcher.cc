#include "lib/event/signal_watcher.h"

#include <uv.h>

#include <deque>
#include <utility>

#include "lib/base/check.h"

namespace heddle {

struct SignalWatcher::Impl {
  absl::AnyInvocable<void(int)> on_signal;
  std::deque<uv_signal_t> handles;  // they do not move
  size_t open = 0;
};

SignalWatcher::SignalWatcher(Loop& loop, std::initializer_list<int> signals,
                             absl::AnyInvocable<void(int)> on_signal)
    : impl_(new Impl{std::move(on_signal), {}, 0}) {
  for (const int number : signals) {
    uv_signal_t& handle = impl_->handles.emplace_back();
    HEDDLE_CHECK(uv_signal_init(loop.uv(), &handle) == 0);
    handle.data = impl_;
    ++impl_->open;
    uv_signal_start(
        &handle, [](uv_signal_t* h, int received) { static_cast<Impl*>(h->data)->on_signal(received); },
        number);
  }
}

SignalWatcher::~SignalWatcher() {
  HEDDLE_CHECK(impl_->open > 0);
  for (uv_signal_t& handle : impl_->handles) {
    uv_close(reinterpret_cast<uv_handle_t*>(&handle), [](uv_handle_t* h) {
      auto* impl = static_cast<Impl*>(h->data);
      if (--impl->open == 0) delete impl;
    });
  }
}

}  // namespace heddle
