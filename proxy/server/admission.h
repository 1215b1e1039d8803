// maxConcurrentRequests: how many requests of a server are under way at once, in all workers.
// Source: com.twitter.finagle.filter.RequestSemaphoreFilter.
#ifndef HEDDLE_PROXY_SERVER_ADMISSION_H_
#define HEDDLE_PROXY_SERVER_ADMISSION_H_

#include <atomic>
#include <cstdint>

namespace heddle {

// Any thread. Only servers that have a limit have one of these: it is the one thing that workers share.
class Admission {
 public:
  explicit Admission(uint32_t limit) : limit_(limit) {}

  // False if there are as many as there may be. What enters leaves.
  bool Enter() {
    if (count_.fetch_add(1, std::memory_order_relaxed) < limit_) return true;
    Leave();
    return false;
  }
  void Leave() { count_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  const uint32_t limit_;
  std::atomic<uint32_t> count_{0};
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_ADMISSION_H_
