// One thread that runs what it is given, in order. What is waiting when it gets to it comes as one list, so
// that the work can be grouped.
#ifndef HEDDLE_NAMERD_STORE_SERIAL_THREAD_H_
#define HEDDLE_NAMERD_STORE_SERIAL_THREAD_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"

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
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    has_work_.notify_one();
    thread_.join();
  }

  // Any thread.
  void Add(T item) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(item));
    }
    has_work_.notify_one();
  }

 private:
  void Work() {
    while (true) {
      std::vector<T> items;
      {
        std::unique_lock lock(mutex_);
        has_work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        items.swap(waiting_);
      }
      run_(std::move(items));
    }
  }

  const std::function<void(std::vector<T>)> run_;
  std::mutex mutex_;  // absl's is opaque to the thread sanitizer
  std::condition_variable has_work_;
  std::vector<T> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: starts when the rest is there
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_SERIAL_THREAD_H_
