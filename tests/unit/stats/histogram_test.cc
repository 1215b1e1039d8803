#include "lib/stats/histogram.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "lib/base/random.h"

namespace heddle {
namespace {

HistogramSnapshot Of(std::initializer_list<uint64_t> values) {
  Histogram histogram;
  for (uint64_t value : values) histogram.Record(value);
  HistogramSnapshot snapshot;
  histogram.AddTo(snapshot);
  return snapshot;
}

TEST_CASE("Every value lies between the ends of its bucket, and buckets leave no gap") {
  for (size_t i = 0; i < kHistogramBuckets; ++i) {
    CHECK(BucketIndex(BucketLow(i)) == i);
    CHECK(BucketIndex(BucketHigh(i)) == i);
    if (i > 0) CHECK(BucketLow(i) == BucketHigh(i - 1) + 1);
    CHECK((BucketHigh(i) - BucketLow(i)) * 32 <= BucketLow(i));
  }
  CHECK(BucketHigh(kHistogramBuckets - 1) == kMaxHistogramValue);
  CHECK(BucketIndex(UINT64_MAX) == kHistogramBuckets - 1);
}

TEST_CASE("Bucket numbers are part of the mesh protocol") {
  CHECK(BucketIndex(0) == 0);
  CHECK(BucketIndex(63) == 63);
  CHECK(BucketIndex(64) == 64);
  CHECK(BucketIndex(65) == 64);
  CHECK(BucketIndex(1000) == 190);
  CHECK(BucketIndex(1'000'000) == 509);
}

TEST_CASE("Small values are exact") {
  const auto snapshot = Of({1, 2});
  CHECK(snapshot.count() == 2);
  CHECK(snapshot.sum() == 3);
  CHECK(snapshot.Mean() == 1.5);
  CHECK(snapshot.Min() == 1);
  CHECK(snapshot.Quantile(0.5) == 1);
  CHECK(snapshot.Quantile(0.9) == 2);
  CHECK(snapshot.Max() == 2);
}

TEST_CASE("An empty histogram answers 0") {
  const auto snapshot = Of({});
  CHECK(snapshot.empty());
  CHECK(snapshot.Min() == 0);
  CHECK(snapshot.Max() == 0);
  CHECK(snapshot.Quantile(0.99) == 0);
  CHECK(snapshot.Mean() == 0);
}

TEST_CASE("Quantiles are within 1.6 % of the true value") {
  Random random(7);
  std::vector<uint64_t> values;
  Histogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(uint64_t{1} << random.Below(30));
    values.back() += random.Below(static_cast<uint32_t>(values.back()));
    histogram.Record(values.back());
  }
  std::sort(values.begin(), values.end());
  HistogramSnapshot snapshot;
  histogram.AddTo(snapshot);
  CHECK(static_cast<double>(snapshot.Max()) == Approx(static_cast<double>(values.back())).epsilon(0.016));
  CHECK(static_cast<double>(snapshot.Min()) == Approx(static_cast<double>(values.front())).epsilon(0.016));
  for (double q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto exact = static_cast<double>(values[static_cast<size_t>(q * values.size()) - 1]);
    CHECK(static_cast<double>(snapshot.Quantile(q)) == Approx(exact).epsilon(0.016));
  }
}

TEST_CASE("Values beyond the range count as the greatest one") {
  const auto snapshot = Of({UINT64_MAX});
  CHECK(snapshot.count() == 1);
  CHECK(static_cast<double>(snapshot.Max()) ==
        Approx(static_cast<double>(kMaxHistogramValue)).epsilon(0.016));
}

TEST_CASE("Snapshots merge, and subtract what came before") {
  auto both = Of({1, 100});
  both.Merge(Of({100, 5000}));
  CHECK(both.count() == 4);
  CHECK(both.sum() == 5201);
  const auto since = both.Since(Of({1, 100}));
  CHECK(since.count() == 2);
  CHECK(since.sum() == 5100);
  CHECK(since.Min() == Of({100}).Min());
  CHECK(since.buckets() == Of({100, 5000}).buckets());
}

TEST_CASE("A histogram made anew since the earlier snapshot counts whole") {
  CHECK(Of({1}).Since(Of({5, 5})).count() == 1);
  CHECK(Of({1, 2, 3}).Since(Of({70})).count() == 3);
}

TEST_CASE("Counts up to a power of two less one are exact") {
  const auto snapshot = Of({0, 1, 127, 128, 1023, 1024});
  CHECK(snapshot.CountUpTo(0) == 1);
  CHECK(snapshot.CountUpTo(127) == 3);
  CHECK(snapshot.CountUpTo(1023) == 5);
  CHECK(snapshot.CountUpTo(kMaxHistogramValue) == 6);
}

TEST_CASE("A bucket from a stranger is never out of range") {
  HistogramSnapshot snapshot;
  snapshot.AddBucket(4'000'000'000, 3);
  CHECK(snapshot.count() == 3);
  CHECK(snapshot.buckets().size() == kHistogramBuckets);
}

TEST_CASE("A histogram may be read while its thread records") {
  Histogram histogram;
  std::thread writer([&] {
    for (uint64_t i = 0; i < 100'000; ++i) histogram.Record(i);
  });
  uint64_t last = 0;
  while (last < 100'000) {
    HistogramSnapshot snapshot;
    histogram.AddTo(snapshot);
    REQUIRE(snapshot.count() >= last);
    last = snapshot.count();
  }
  writer.join();
  CHECK(last == 100'000);
}

}  // namespace
}  // namespace heddle
