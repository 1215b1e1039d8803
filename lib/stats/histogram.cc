#include "lib/stats/histogram.h"

#include <algorithm>
#include <cmath>

namespace heddle {

namespace {
uint64_t Middle(size_t index) { return BucketLow(index) + (BucketHigh(index) - BucketLow(index)) / 2; }
}  // namespace

void HistogramSnapshot::AddBucket(size_t index, uint64_t count) {
  if (count == 0) return;
  index = std::min(index, kHistogramBuckets - 1);
  if (index >= buckets_.size()) buckets_.resize(index + 1);
  buckets_[index] += count;
  count_ += count;
}

void HistogramSnapshot::Merge(const HistogramSnapshot& other) {
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
}

void HistogramSnapshot::Clear() {
  buckets_.clear();
  count_ = sum_ = 0;
}

HistogramSnapshot HistogramSnapshot::Since(const HistogramSnapshot& earlier) const {
  if (earlier.count_ > count_ || earlier.buckets_.size() > buckets_.size()) return *this;
  for (size_t i = 0; i < earlier.buckets_.size(); ++i) {
    if (earlier.buckets_[i] > buckets_[i]) return *this;
  }
  HistogramSnapshot since;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    const uint64_t before = i < earlier.buckets_.size() ? earlier.buckets_[i] : 0;
    since.AddBucket(i, buckets_[i] - before);
  }
  since.sum_ = sum_ >= earlier.sum_ ? sum_ - earlier.sum_ : 0;
  return since;
}

uint64_t HistogramSnapshot::Min() const {
  for (size_t i = 0; i < buckets_.size(); ++i) {
    if (buckets_[i] != 0) return Middle(i);
  }
  return 0;
}

uint64_t HistogramSnapshot::Max() const {
  for (size_t i = buckets_.size(); i > 0; --i) {
    if (buckets_[i - 1] != 0) return Middle(i - 1);
  }
  return 0;
}

uint64_t HistogramSnapshot::Quantile(double q) const {
  if (count_ == 0) return 0;
  // The nearest rank: the least value with at least ceil(q * count) samples at or below it.
  const auto rank = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(q * static_cast<double>(count_))));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return Middle(i);
  }
  return Max();
}

uint64_t HistogramSnapshot::CountUpTo(uint64_t value) const {
  uint64_t count = 0;
  for (size_t i = 0; i < buckets_.size() && BucketHigh(i) <= value; ++i) count += buckets_[i];
  return count;
}

Histogram::~Histogram() {
  for (auto& octave : octaves_) delete octave.load(std::memory_order_relaxed);
}

Histogram::Octave* Histogram::MakeOctave(size_t index) {
  auto* octave = new Octave{};
  // Release: a reader that sees the pointer sees the zeros.
  octaves_[index].store(octave, std::memory_order_release);
  return octave;
}

void Histogram::AddTo(HistogramSnapshot& out) const {
  for (size_t i = 0; i < kOctaves; ++i) {
    const Octave* octave = octaves_[i].load(std::memory_order_acquire);
    if (octave == nullptr) continue;
    for (size_t j = 0; j < kSubBuckets; ++j) {
      out.AddBucket(i * kSubBuckets + j, (*octave)[j].load(std::memory_order_relaxed));
    }
  }
  out.AddSum(sum_.load(std::memory_order_relaxed));
}

}  // namespace heddle
