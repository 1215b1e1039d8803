#include "proxy/retry/backoff.h"

#include <catch2/catch.hpp>
#include <vector>

namespace heddle {
namespace {

std::vector<int64_t> Waits(const BackoffConfig& config, uint64_t seed, int count) {
  Random random(seed);
  Backoff backoff;
  std::vector<int64_t> waits;
  for (int i = 0; i < count; ++i) waits.push_back(backoff.Next(config, random).count());
  return waits;
}

TEST_CASE("constant: the same, always; nothing if nothing is configured") {
  CHECK(Waits(BackoffConfig::Constant(Millis(7)), 1, 3) == std::vector<int64_t>{7, 7, 7});
  CHECK(Waits(BackoffConfig(), 1, 3) == std::vector<int64_t>{0, 0, 0});
}

TEST_CASE("jittered: from min on, at most three times the one before, up to max") {
  for (uint64_t seed = 1; seed < 50; ++seed) {
    const std::vector<int64_t> waits = Waits(BackoffConfig::Jittered(Millis(10), Millis(1000)), seed, 200);
    CHECK(waits[0] == 10);
    for (size_t i = 1; i < waits.size(); ++i) {
      REQUIRE(waits[i] >= waits[i - 1]);
      REQUIRE(waits[i] <= std::min<int64_t>(1000, 3 * waits[i - 1]));
    }
    CHECK(waits.back() == 1000);
  }
}

TEST_CASE("equal jitter: doubles, half of it at random, up to max") {
  for (uint64_t seed = 1; seed < 50; ++seed) {
    const BackoffConfig config = BackoffConfig::EqualJittered(Millis(5'000), Millis(300'000));
    const std::vector<int64_t> waits = Waits(config, seed, 100);
    CHECK(waits[0] == 5'000);
    for (size_t i = 1; i < 7; ++i) {
      const int64_t half = int64_t{5'000} << (i - 1);
      REQUIRE(waits[i] >= std::min<int64_t>(half, 300'000));
      REQUIRE(waits[i] <= std::min<int64_t>(2 * half, 300'000));
    }
    for (size_t i = 7; i < waits.size(); ++i) REQUIRE(waits[i] == 300'000);
  }
}

TEST_CASE("two that wait for the same do not wait alike") {
  const BackoffConfig config = BackoffConfig::EqualJittered(Millis(5'000), Millis(300'000));
  CHECK(Waits(config, 1, 5) != Waits(config, 2, 5));
  CHECK(Waits(config, 1, 5) == Waits(config, 1, 5));
}

TEST_CASE("it begins anew when reset") {
  Random random(1);
  Backoff backoff;
  const BackoffConfig config = BackoffConfig::Jittered(Millis(1), Millis(100));
  for (int i = 0; i < 50; ++i) backoff.Next(config, random);
  CHECK(backoff.Next(config, random) > Millis(1));
  backoff.Reset();
  CHECK(backoff.Next(config, random) == Millis(1));
}

TEST_CASE("limits that make no sense give the lower one") {
  CHECK(Waits(BackoffConfig::Jittered(Millis(50), Millis(20)), 1, 3) == std::vector<int64_t>{50, 50, 50});
  CHECK(Waits(BackoffConfig::EqualJittered(Millis(0), Millis(0)), 1, 3) == std::vector<int64_t>{0, 0, 0});
  CHECK(Waits(BackoffConfig::EqualJittered(Millis(0), Millis(10)), 1, 3) == std::vector<int64_t>{0, 0, 0});
  for (const int64_t wait : Waits(BackoffConfig::EqualJittered(Millis(1), Millis::max()), 1, 300))
    CHECK(wait > 0);
}

}  // namespace
}  // namespace heddle
