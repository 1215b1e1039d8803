// A counter for what rarely happens: it is in the tree, and takes memory, once it counts.
#ifndef HEDDLE_LIB_STATS_LAZY_COUNTER_H_
#define HEDDLE_LIB_STATS_LAZY_COUNTER_H_

#include <cstdint>

#include "lib/stats/metrics_tree.h"

namespace heddle {

// One thread's, as the set it belongs to, which outlives it.
class LazyCounter {
 public:
  // Called {scope, name} in `set`; both are literals.
  LazyCounter(MetricSet& set, const char* scope, const char* name) : set_(set), scope_(scope), name_(name) {}

  void Increment(uint64_t by = 1) {
    if (counter_ == nullptr) counter_ = &set_.AddCounter({scope_, name_});
    counter_->Increment(by);
  }

 private:
  MetricSet& set_;
  const char* scope_;
  const char* name_;
  Counter* counter_ = nullptr;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_STATS_LAZY_COUNTER_H_
