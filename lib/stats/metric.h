// A counter and a gauge that one thread writes and any thread may read. Writing is a plain load, add and
// store of the writer's own cache line: no lock prefix, no fence.
#ifndef HEDDLE_LIB_STATS_METRIC_H_
#define HEDDLE_LIB_STATS_METRIC_H_

#include <atomic>
#include <cstdint>

namespace heddle {

// Only grows. Increment: one thread. value: any thread.
class Counter {
 public:
  Counter() = default;
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  void Increment(uint64_t by = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Goes up and down. Set and Add: one thread. value: any thread.
class Gauge {
 public:
  Gauge() = default;
  Gauge(const Gauge&) = delete;
  Gauge& operator=(const Gauge&) = delete;

  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double by) { Set(value() + by); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

}  // namespace heddle

#endif  // HEDDLE_LIB_STATS_METRIC_H_
