// The buckets every histogram of Heddle has, in memory and in the mesh protocol
// (ServiceTraffic.latency_bucket): the numbers below are part of that protocol and do not change.
//
// Log-linear: 0 to 63 have a bucket each; above, each power of two is cut into 32 buckets of equal width, so
// that a bucket is at most 1/32 (3.1 %) of its values wide. Source: the layout of HdrHistogram (Gil Tene)
// with 5 bits.
#ifndef HEDDLE_LIB_STATS_HISTOGRAM_BUCKETS_H_
#define HEDDLE_LIB_STATS_HISTOGRAM_BUCKETS_H_

#include <bit>
#include <cstddef>
#include <cstdint>

namespace heddle {

inline constexpr int kSubBucketBits = 5;
inline constexpr size_t kSubBuckets = size_t{1} << kSubBucketBits;
inline constexpr size_t kOctaves = 32;
inline constexpr size_t kHistogramBuckets = kOctaves * kSubBuckets;
// 19 hours in microseconds, 64 GiB in bytes. Greater values count as this one.
inline constexpr uint64_t kMaxHistogramValue = (uint64_t{1} << (kOctaves + kSubBucketBits - 1)) - 1;

// In [0, kHistogramBuckets).
constexpr size_t BucketIndex(uint64_t value) {
  if (value < kSubBuckets) return value;
  if (value > kMaxHistogramValue) return kHistogramBuckets - 1;
  const int shift = std::bit_width(value) - 1 - kSubBucketBits;
  return (static_cast<size_t>(shift) << kSubBucketBits) + (value >> shift);
}

// The least and the greatest value of a bucket, both in it. REQUIRES: index < kHistogramBuckets.
constexpr uint64_t BucketLow(size_t index) {
  if (index < 2 * kSubBuckets) return index;
  const size_t shift = (index >> kSubBucketBits) - 1;
  return (kSubBuckets + (index & (kSubBuckets - 1))) << shift;
}
constexpr uint64_t BucketHigh(size_t index) {
  if (index < 2 * kSubBuckets) return index;
  const size_t shift = (index >> kSubBucketBits) - 1;
  return BucketLow(index) + (uint64_t{1} << shift) - 1;
}

}  // namespace heddle

#endif  // HEDDLE_LIB_STATS_HISTOGRAM_BUCKETS_H_
