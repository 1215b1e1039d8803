// The distribution of a value (a latency in microseconds, a size in bytes) since the histogram was made.
// Memory is bounded: 300 bytes, and 256 more for each power of two that values fall into (8.5 KiB if all 32
// do).
#ifndef HEDDLE_LIB_STATS_HISTOGRAM_H_
#define HEDDLE_LIB_STATS_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "lib/stats/histogram_buckets.h"

namespace heddle {

// A histogram's state as a value: added up over workers, subtracted over time, asked for quantiles.
class HistogramSnapshot {
 public:
  uint64_t count() const { return count_; }
  uint64_t sum() const { return sum_; }
  bool empty() const { return count_ == 0; }
  // By bucket index; may be shorter than kHistogramBuckets, the rest is 0.
  const std::vector<uint64_t>& buckets() const { return buckets_; }

  // `count` samples in bucket `index`; an index out of range counts as the last. Does not touch the sum.
  void AddBucket(size_t index, uint64_t count);
  void AddSum(uint64_t sum) { sum_ += sum; }
  void Merge(const HistogramSnapshot& other);
  // As a new one, but keeps its memory.
  void Clear();
  // What came after `earlier`, a snapshot of the same histogram. Where `earlier` has more (the histogram was
  // made anew since), nothing is taken away.
  HistogramSnapshot Since(const HistogramSnapshot& earlier) const;

  // 0 when empty. Within 1.6 % of the true value; exact below 64.
  uint64_t Min() const;
  uint64_t Max() const;
  double Mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }
  // The value below or at which a share `q` of the samples lies. REQUIRES: 0 <= q <= 1.
  uint64_t Quantile(double q) const;
  // How many samples are <= `value`; exact where a bucket ends at `value`, as one does at each 2^n - 1.
  uint64_t CountUpTo(uint64_t value) const;

 private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
};

// A value and its bucket, for what several histograms record.
class HistogramValue {
 public:
  explicit HistogramValue(uint64_t value) : value_(value), index_(BucketIndex(value)) {}

 private:
  friend class Histogram;
  uint64_t value_;
  size_t index_;
};

// Record: one thread; allocates only the first time that a value falls into a power of two. AddTo: any
// thread.
class Histogram {
 public:
  Histogram() = default;
  ~Histogram();
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  void Record(uint64_t value) { Record(HistogramValue(value)); }
  void Record(HistogramValue value) {
    const size_t index = value.index_;
    Octave* octave = octaves_[index / kSubBuckets].load(std::memory_order_relaxed);
    if (octave == nullptr) [[unlikely]]
      octave = MakeOctave(index / kSubBuckets);
    Add((*octave)[index % kSubBuckets], 1);
    Add(sum_, value.value_);
  }

  // Adds what has been recorded so far to `out`.
  void AddTo(HistogramSnapshot& out) const;

 private:
  using Octave = std::array<std::atomic<uint64_t>, kSubBuckets>;
  static void Add(std::atomic<uint64_t>& cell, uint64_t by) {
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  Octave* MakeOctave(size_t index);

  std::atomic<uint64_t> sum_{0};  // in the cache line of the octaves of small values
  std::array<std::atomic<Octave*>, kOctaves> octaves_{};
};

}  // namespace heddle

#endif  // HEDDLE_LIB_STATS_HISTOGRAM_H_
