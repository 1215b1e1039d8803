// One thread's event loop: file descriptors (through lib/net), timers, and work posted from other threads.
//
// Everything that names a Loop lives on that loop's thread and is touched by no other; Post() and Stop() are
// the only ways in from outside.
#ifndef HEDDLE_LIB_EVENT_LOOP_H_
#define HEDDLE_LIB_EVENT_LOOP_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "lib/base/clock.h"

struct uv_loop_s;

namespace heddle {

class TimerWheel;

class Loop {
 public:
  // Runs on the machine's clock.
  Loop();
  // Runs on `clock` (outlives the loop): timers fall due when RunReady() is called after the clock has been
  // advanced.
  explicit Loop(const Clock& clock);
  // REQUIRES: not running. Work posted and not yet run is dropped; handles in the middle of closing are
  // closed.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs on the calling thread until Stop(). May be called again afterwards.
  void Run();
  // Runs what is ready (posted work, due timers, ready descriptors) without waiting. For tests and for
  // draining.
  void RunReady();
  // Waits for at least one event, at most `limit`, and runs what is ready. For tests that wait on real I/O.
  void RunOnce(Millis limit);
  // Any thread. Run() returns after the callback in progress.
  void Stop();

  // Any thread. Runs `work` on the loop's thread, in the order posted; wakes the loop. One system call at
  // most for a burst of posts. Work is never run inside Post.
  void Post(absl::AnyInvocable<void()> work);

  // Runs `work` on the loop's thread once the callback in progress has returned: for deleting what is on the
  // stack. Loop thread only.
  void Defer(absl::AnyInvocable<void()> work);

  // The time at which the present batch of events began: no system call. Loop thread only.
  Nanos Now() const;
  const Clock& clock() const;

  // True on the thread that is inside Run(), RunReady() or RunOnce(); true everywhere while no thread is.
  bool InLoopThread() const;

  TimerWheel& timers();
  // For lib/event and lib/net only.
  uv_loop_s* uv();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_EVENT_LOOP_H_
