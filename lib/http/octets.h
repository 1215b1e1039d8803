// Several octets compared at a time: 16 with SSE2, which every x86-64 has, and 8 in an integer elsewhere.
// Sources: Intel Intrinsics Guide; S. E. Anderson, "Bit Twiddling Hacks" (tests of the bytes of a word, here
// in forms that carry nothing from one byte to the next); the ranges are compared as picohttpparser and
// simdjson do it.
#ifndef HEDDLE_LIB_HTTP_OCTETS_H_
#define HEDDLE_LIB_HTTP_OCTETS_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace heddle {

// Both kinds have: kSize; Load; Lowercase; and Equal, AtMost, Between, each with a Set of the octets for
// which it holds. A Set has `|`, `&`, `~`, and Bits: kStep bits for each octet, the first octet's lowest, of
// which the highest says if it is in.

class WordOctets {
  static constexpr uint64_t kOnes = ~uint64_t{0} / 255;
  static constexpr uint64_t kHigh = kOnes * 0x80;

 public:
  static constexpr size_t kSize = 8;
  static constexpr int kStep = 8;
  class Set {
   public:
    explicit Set(uint64_t bits) : bits_(bits) {}
    Set operator|(Set other) const { return Set(bits_ | other.bits_); }
    Set operator&(Set other) const { return Set(bits_ & other.bits_); }
    Set operator~() const { return Set(bits_ ^ kHigh); }
    uint64_t Bits() const { return bits_; }

   private:
    uint64_t bits_;
  };

  static WordOctets Load(const char* at) {
    static_assert(std::endian::native == std::endian::little, "the first octet is to be the lowest");
    WordOctets octets;
    std::memcpy(&octets.word_, at, kSize);
    return octets;
  }
  // Capitals as small letters; other octets become something else.
  WordOctets Lowercase() const {
    WordOctets octets;
    octets.word_ = word_ | kOnes * 0x20;
    return octets;
  }
  Set Equal(char c) const {
    const uint64_t differing = word_ ^ (kOnes * static_cast<uint8_t>(c));
    return Set(~(((differing & ~kHigh) + ~kHigh) | differing) & kHigh);
  }
  // REQUIRES: c < 0x7f.
  Set AtMost(char c) const { return Set(Less(static_cast<uint8_t>(c) + 1U)); }
  // REQUIRES: 0 < low <= high < 0x7f.
  Set Between(char low, char high) const {
    return Set(Less(static_cast<uint8_t>(high) + 1U) & ~Less(static_cast<uint8_t>(low)));
  }

 private:
  uint64_t Less(uint64_t than) const { return ~((word_ | kHigh) - kOnes * than) & ~word_ & kHigh; }

  uint64_t word_;
};

#ifdef __SSE2__
class VectorOctets {
 public:
  static constexpr size_t kSize = 16;
  static constexpr int kStep = 1;
  class Set {
   public:
    explicit Set(__m128i lanes) : lanes_(lanes) {}
    Set operator|(Set other) const { return Set(_mm_or_si128(lanes_, other.lanes_)); }
    Set operator&(Set other) const { return Set(_mm_and_si128(lanes_, other.lanes_)); }
    Set operator~() const { return Set(_mm_xor_si128(lanes_, _mm_set1_epi8(-1))); }
    uint64_t Bits() const { return static_cast<uint32_t>(_mm_movemask_epi8(lanes_)); }

   private:
    __m128i lanes_;
  };

  static VectorOctets Load(const char* at) {
    VectorOctets octets;
    octets.lanes_ = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return octets;
  }
  VectorOctets Lowercase() const {
    VectorOctets octets;
    octets.lanes_ = _mm_or_si128(lanes_, _mm_set1_epi8(0x20));
    return octets;
  }
  Set Equal(char c) const { return Set(_mm_cmpeq_epi8(lanes_, _mm_set1_epi8(c))); }
  Set AtMost(char c) const { return AtMost(lanes_, c); }
  Set Between(char low, char high) const {
    return AtMost(_mm_sub_epi8(lanes_, _mm_set1_epi8(low)), static_cast<char>(high - low));
  }

 private:
  static Set AtMost(__m128i lanes, char c) {
    return Set(_mm_cmpeq_epi8(_mm_min_epu8(lanes, _mm_set1_epi8(c)), lanes));
  }
  __m128i lanes_;
};
using Octets = VectorOctets;
#else
using Octets = WordOctets;
#endif

// Finds the octets of [text + from, text + size) that belong to `Class`, one after the other. Reads nothing
// outside of [text, text + size), and hardly an octet twice. `Class` has `static auto In(O octets)`: the Set
// of those that belong.
template <class Class, class O = Octets>
class Finder {
 public:
  Finder(const char* text, size_t from, size_t size) : text_(text), next_(from), size_(size) {}

  // The position of the next one, or `size`.
  ABSL_ATTRIBUTE_ALWAYS_INLINE size_t Next() {
    while (bits_ == 0) {
      if (ABSL_PREDICT_FALSE(next_ + O::kSize > size_)) {
        if (next_ == size_) return size_;
        bits_ = InLast(text_, next_, size_);
        next_ = size_;
      } else {
        bits_ = Class::In(O::Load(text_ + next_)).Bits();
        next_ += O::kSize;
      }
    }
    const size_t at = next_ - O::kSize + static_cast<size_t>(std::countr_zero(bits_)) / O::kStep;
    bits_ &= bits_ - 1;
    return at;
  }
  // As Next, when the one after the last found is known to follow it at once.
  void SkipNeighbour() {
    if (bits_ != 0) {
      bits_ &= bits_ - 1;
    } else {
      ++next_;
    }
  }

 private:
  // Of the block that ends with the text: those from `next` on. REQUIRES: next < size, by less than a block.
  ABSL_ATTRIBUTE_NOINLINE static uint64_t InLast(const char* text, size_t next, size_t size) {
    O octets;
    if (size >= O::kSize) {
      octets = O::Load(text + size - O::kSize);
    } else {
      char block[O::kSize] = {};
      std::memcpy(block + O::kSize - size, text, size);
      octets = O::Load(block);
    }
    const size_t seen = (next + O::kSize - size) * O::kStep;
    return Class::In(octets).Bits() >> seen << seen;
  }

  const char* text_;
  size_t next_;  // the first octet that has not been looked at
  size_t size_;
  uint64_t bits_ = 0;  // of the block before next_: those not found yet
};

// The first that a Finder finds.
template <class Class, class O = Octets>
size_t FindFirst(const char* text, size_t from, size_t size) {
  return Finder<Class, O>(text, from, size).Next();
}

}  // namespace heddle

#endif  // HEDDLE_LIB_HTTP_OCTETS_H_
