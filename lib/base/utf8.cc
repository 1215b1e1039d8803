#include "lib/base/utf8.h"

#include <cstdint>

namespace heddle {
namespace {

// The length of the sequence at the start of `text`; 0 if there is none. Table 3-7 of the Unicode standard.
size_t SequenceLength(absl::string_view text) {
  const auto at = [&text](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto trails = [&at](size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      if ((at(i) & 0xc0) != 0x80) return false;
    }
    return true;
  };
  const uint8_t first = at(0), second = at(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return trails(1, 2) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && second < 0xa0;
    const bool surrogate = first == 0xed && second > 0x9f;
    return trails(1, 3) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && second < 0x90;
    const bool too_high = first == 0xf4 && second > 0x8f;
    return trails(1, 4) && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string Utf8(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) {
      out.push_back('?');
      text.remove_prefix(1);
    } else {
      out.append(text.data(), length);
      text.remove_prefix(length);
    }
  }
  return out;
}

size_t FindNotUtf8(absl::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = SequenceLength(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return absl::string_view::npos;
}

}  // namespace heddle
