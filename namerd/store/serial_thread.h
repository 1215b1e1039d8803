// One thread that runs what it is given, in order. What is waiting when it gets to it comes as one list, so
// that the work can be grouped.
#ifndef HEDDLE_NAMERD_STORE_SERIAL_THREAD_H_
#define HEDDLE_NAMERD_STORE_SERIAL_THREAD_H_

#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace heddle::namerd {

template <class T>
class SerialThread {
 public:
  // `run` is called on the thread.
  explicit SerialThread(std::function<void(std::vector<T>)> run)
      : run_(std::move(run)), thread_([this] { Work(); }) {}

  // Runs what is waiting, then ends.
  ~SerialThread() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    thread_.join();
  }

  // Any thread.
  void Add(T item) {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(item));
  }

 private:
  void Work() {
    while (true) {
      std::vector<T> items;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &SerialThread::HasWork));
        if (waiting_.empty()) return;
        items.swap(waiting_);
      }
      run_(std::move(items));
    }
  }
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !waiting_.empty(); }

  const std::function<void(std::vector<T>)> run_;
  absl::Mutex mutex_;
  std::vector<T> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: starts when the rest is there
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_SERIAL_THREAD_H_
