// A small fast generator for choices that are not secrets: balancing, weighted picks, jitter.
// Source: xorshift64*, S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" (2016).
#ifndef HEDDLE_LIB_BASE_RANDOM_H_
#define HEDDLE_LIB_BASE_RANDOM_H_

#include <cstdint>
#include <random>

namespace heddle {

// One thread. The same seed gives the same sequence.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed == 0 ? 0x9E3779B97F4A7C15u : seed) {}
  static Random FromEntropy() {
    std::random_device device;
    return Random((static_cast<uint64_t>(device()) << 32) | device());
  }

  uint64_t Next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Du;
  }
  // In [0, n). REQUIRES: n > 0. The bias is below n / 2^32.
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(((Next() >> 32) * n) >> 32); }
  // In [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t state_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_RANDOM_H_
