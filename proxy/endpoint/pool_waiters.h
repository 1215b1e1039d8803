// Those that wait for a connection of a pool whose connections are all out: first come, first served.
#ifndef HEDDLE_PROXY_ENDPOINT_POOL_WAITERS_H_
#define HEDDLE_PROXY_ENDPOINT_POOL_WAITERS_H_

#include <cstddef>

#include "lib/base/check.h"

namespace heddle {

// Embedded in what waits: waiting and ceasing to are O(1) and allocate nothing. Loop thread only.
class PoolWaiter {
 public:
  PoolWaiter() = default;
  virtual ~PoolWaiter() { HEDDLE_CHECK(!waiting()); }
  PoolWaiter(const PoolWaiter&) = delete;
  PoolWaiter& operator=(const PoolWaiter&) = delete;

  // It is its turn, and it waits no longer: Acquire gives a connection if it is called in here. Called from
  // the loop, never from inside a method of the pool.
  virtual void OnPoolReady() = 0;
  bool waiting() const { return next_ != nullptr; }

 private:
  friend class PoolWaiters;
  PoolWaiter* prev_ = nullptr;
  PoolWaiter* next_ = nullptr;
};

class PoolWaiters {
 public:
  PoolWaiters() { head_.prev_ = head_.next_ = &head_; }
  ~PoolWaiters() {
    HEDDLE_CHECK(empty());
    head_.next_ = nullptr;
  }

  void PushBack(PoolWaiter& waiter) {
    HEDDLE_CHECK(!waiter.waiting());
    waiter.prev_ = head_.prev_;
    waiter.next_ = &head_;
    head_.prev_->next_ = &waiter;
    head_.prev_ = &waiter;
    ++size_;
  }
  void Remove(PoolWaiter& waiter) {
    waiter.prev_->next_ = waiter.next_;
    waiter.next_->prev_ = waiter.prev_;
    waiter.prev_ = waiter.next_ = nullptr;
    --size_;
  }
  // REQUIRES: !empty().
  PoolWaiter& PopFront() {
    PoolWaiter& first = *head_.next_;
    Remove(first);
    return first;
  }
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

 private:
  struct Head : PoolWaiter {
    void OnPoolReady() override {}
  };

  Head head_;
  size_t size_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_POOL_WAITERS_H_
