#include "lib/event/loop.h"

#include <uv.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/event/timer_wheel.h"

namespace heddle {

using Work = std::vector<absl::AnyInvocable<void()>>;

struct Loop::Impl : TimerAlarm {
  explicit Impl(const Clock& c) : clock(c), real(&c == &Clock::Real()), wheel(*this, c.Now()) {
    // A peer that has gone is an error of the write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    HEDDLE_CHECK(uv_loop_init(&uv) == 0);
    HEDDLE_CHECK(uv_async_init(&uv, &wake, [](uv_async_t*) {}) == 0);
    HEDDLE_CHECK(uv_prepare_init(&uv, &before_poll) == 0);
    HEDDLE_CHECK(uv_check_init(&uv, &after_poll) == 0);
    HEDDLE_CHECK(uv_timer_init(&uv, &alarm) == 0);
    HEDDLE_CHECK(uv_timer_init(&uv, &limit) == 0);
    before_poll.data = after_poll.data = alarm.data = this;
    uv_prepare_start(&before_poll, [](uv_prepare_t* h) { static_cast<Impl*>(h->data)->BeforePoll(); });
    uv_check_start(&after_poll, [](uv_check_t* h) { static_cast<Impl*>(h->data)->RunInbox(); });
  }

  ~Impl() override {
    // What is dropped here may own handles and defer more: until nothing is left.
    while (DropInbox()) {
    }
    CloseOwnHandles();
    do {
      uv_run(&uv, UV_RUN_NOWAIT);
    } while (DropInbox());
    HEDDLE_CHECK(uv_loop_close(&uv) == 0);  // fails when a handle outlives its loop
  }

  void CloseOwnHandles() {
    uv_close(reinterpret_cast<uv_handle_t*>(&wake), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&before_poll), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&after_poll), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&alarm), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&limit), nullptr);
  }

  bool DropInbox() {
    Work dropped = std::exchange(deferred, {});
    Work posts = TakePosts();
    return !dropped.empty() || !posts.empty();
  }

  // TimerAlarm. A clock that is advanced by hand fires from RunReady and RunOnce alone.
  void WakeAt(uint64_t tick) override {
    if (!real) return;
    const auto now = static_cast<uint64_t>(std::chrono::duration_cast<Millis>(Now()).count());
    uv_timer_start(
        &alarm,
        [](uv_timer_t* h) {
          auto* self = static_cast<Impl*>(h->data);
          self->now_known = false;
          self->wheel.Advance(self->Now());
          self->RunDeferred();
        },
        tick > now ? tick - now : 0, 0);
  }

  Nanos Now() {
    if (!running) return clock.Now();
    if (!now_known) {
      now = clock.Now();
      now_known = true;
    }
    return now;
  }

  void BeforePoll() {
    RunInbox();
    // Work that the inbox has posted in its turn runs after the descriptors have had theirs.
    if (!deferred.empty() || HasPosts()) uv_async_send(&wake);
    if (stop.load(std::memory_order_acquire)) uv_stop(&uv);
    now_known = false;
  }

  void RunInbox() {
    RunDeferred();
    if (!HasPosts()) return;
    for (auto& work : TakePosts()) {
      work();
      RunDeferred();
    }
  }

  void RunDeferred() {
    while (!deferred.empty()) {
      for (auto& work : std::exchange(deferred, {})) work();
    }
  }

  bool HasPosts() const { return has_posts.load(std::memory_order_acquire); }

  Work TakePosts() {
    const std::lock_guard lock(mutex);
    has_posts.store(false, std::memory_order_release);
    return std::exchange(posts, {});
  }

  // Runs uv once in `mode` as this thread's loop. The fake clock's timers fall due before and after.
  void RunPass(uv_run_mode mode) {
    Enter();
    if (!real && wheel.Advance(Now()) > 0) mode = mode == UV_RUN_ONCE ? UV_RUN_NOWAIT : mode;
    if (mode == UV_RUN_ONCE && (!deferred.empty() || HasPosts())) mode = UV_RUN_NOWAIT;
    uv_run(&uv, mode);
    now_known = false;
    if (!real) wheel.Advance(Now());
    RunDeferred();
    Leave();
  }

  void Enter() {
    HEDDLE_CHECK(!running);  // never inside a callback of the same loop
    running = true;
    now_known = false;
    thread.store(std::this_thread::get_id(), std::memory_order_release);
  }
  void Leave() {
    running = false;
    thread.store(std::thread::id(), std::memory_order_release);
  }

  const Clock& clock;
  const bool real;
  bool running = false;
  bool now_known = false;
  Nanos now{0};
  uv_loop_t uv;
  uv_async_t wake;
  uv_prepare_t before_poll;
  uv_check_t after_poll;
  uv_timer_t alarm;
  uv_timer_t limit;
  TimerWheel wheel;
  Work deferred;
  std::atomic<bool> stop{false};
  std::atomic<std::thread::id> thread{};
  std::mutex mutex;  // not Abseil's: the thread sanitizer does not see into the distribution's build of that
  std::atomic<bool> has_posts{false};
  Work posts;  // guarded by mutex
};

Loop::Loop() : Loop(Clock::Real()) {}

Loop::Loop(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}

Loop::~Loop() { HEDDLE_CHECK(!impl_->running); }

void Loop::Run() {
  impl_->Enter();
  while (!impl_->stop.load(std::memory_order_acquire)) uv_run(&impl_->uv, UV_RUN_DEFAULT);
  impl_->stop.store(false, std::memory_order_release);
  impl_->RunDeferred();
  impl_->Leave();
}

void Loop::RunReady() { impl_->RunPass(UV_RUN_NOWAIT); }

void Loop::RunOnce(Millis limit) {
  uv_update_time(&impl_->uv);
  // Repeating: it may fall due before the wait begins, and must end the wait all the same.
  uv_timer_start(
      &impl_->limit, [](uv_timer_t*) {}, static_cast<uint64_t>(limit.count()),
      static_cast<uint64_t>(limit.count()) + 1);
  impl_->RunPass(UV_RUN_ONCE);
  uv_timer_stop(&impl_->limit);
}

void Loop::Stop() {
  impl_->stop.store(true, std::memory_order_release);
  uv_async_send(&impl_->wake);
}

void Loop::Post(absl::AnyInvocable<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock(impl_->mutex);
    first = impl_->posts.empty();
    impl_->posts.push_back(std::move(work));
    impl_->has_posts.store(true, std::memory_order_release);
  }
  // The loop's own thread looks into the inbox before it waits.
  const bool on_loop = impl_->thread.load(std::memory_order_acquire) == std::this_thread::get_id();
  if (first && !on_loop) uv_async_send(&impl_->wake);
}

void Loop::Defer(absl::AnyInvocable<void()> work) { impl_->deferred.push_back(std::move(work)); }

Nanos Loop::Now() const { return impl_->Now(); }

const Clock& Loop::clock() const { return impl_->clock; }

bool Loop::InLoopThread() const {
  const std::thread::id owner = impl_->thread.load(std::memory_order_acquire);
  return owner == std::thread::id() || owner == std::this_thread::get_id();
}

TimerWheel& Loop::timers() { return impl_->wheel; }

uv_loop_s* Loop::uv() { return &impl_->uv; }

}  // namespace heddle
