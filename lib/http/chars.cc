#include "lib/http/chars.h"

#include <algorithm>
#include <cstring>

namespace heddle {
namespace {

constexpr uint64_t kOnes = ~uint64_t{0} / 255;

// Not zero if an octet of `word` is below 0x20 or is 0x7f. Source: S. E. Anderson, "Bit Twiddling Hacks",
// "Determine if a word has a byte less than n".
constexpr uint64_t ControlBits(uint64_t word) {
  const uint64_t below_space = (word - kOnes * 0x20) & ~word & (kOnes * 0x80);
  const uint64_t not_del = word ^ (kOnes * 0x7f);
  const uint64_t is_del = (not_del - kOnes) & ~not_del & (kOnes * 0x80);
  return below_space | is_del;
}

constexpr bool IsControl(char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace

size_t FindControl(absl::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    if (text.size() >= sizeof(uint64_t)) {
      // The last word overlaps what has been looked at already.
      const size_t at = std::min(i, text.size() - sizeof(uint64_t));
      uint64_t word;
      std::memcpy(&word, text.data() + at, sizeof(word));
      if (ControlBits(word) == 0) {
        i = at + sizeof(word);
        continue;
      }
    }
    if (IsControl(text[i])) return i;
    ++i;
  }
  return i;
}

}  // namespace heddle
