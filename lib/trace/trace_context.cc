#include "lib/trace/trace_context.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace heddle {
namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNoDigit = 64;

constexpr std::array<uint8_t, 256> MakeDigits() {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (uint8_t i = 0; i < 64; ++i) digits[static_cast<uint8_t>(kBase64[i])] = i;
  return digits;
}
constexpr std::array<uint8_t, 256> kDigits = MakeDigits();

// The two hexadecimal digits of each byte.
constexpr std::array<char, 512> MakeHexPairs() {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<char, 512> pairs{};
  for (size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = kHex[i >> 4];
    pairs[2 * i + 1] = kHex[i & 15];
  }
  return pairs;
}
constexpr std::array<char, 512> kHexPairs = MakeHexPairs();

constexpr size_t kWords = 5;
constexpr size_t kBytes = 8 * kWords;
constexpr size_t kBase64Of32 = 44;
constexpr size_t kMaxBase64 = 56;  // of 40 bytes

uint64_t BigEndian(uint64_t word) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

uint64_t LoadBigEndian(const uint8_t* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return BigEndian(word);
}

void StoreBigEndian(uint64_t word, uint8_t* bytes) {
  word = BigEndian(word);
  std::memcpy(bytes, &word, sizeof(word));
}

// Calls f(0) to f(7), unrolled: g++ -O2 leaves such loops as they are, for half as many instructions again.
template <class F>
void ForEight(F f) {
  [&]<size_t... kI>(std::index_sequence<kI...>) { (f(std::integral_constant<size_t, kI>()), ...); }
  (std::make_index_sequence<8>());
}

// As many bytes as whole ones fit into the digits; false if one is no digit.
bool DecodeBase64(absl::string_view digits, uint8_t* bytes) {
  uint32_t bits = 0;
  int pending = 0;
  for (const char c : digits) {
    const uint8_t digit = kDigits[static_cast<uint8_t>(c)];
    if (digit == kNoDigit) return false;
    bits = bits << 6 | digit;
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    *bytes++ = static_cast<uint8_t>(bits >> pending);
  }
  return true;
}

// 44 or 56 characters; returns where they end. REQUIRES: room for kMaxBase64.
char* EncodeTrace(const TraceContext& trace, char* to) {
  // More than there are, as zeros: six bytes are eight digits, whole groups are written, and cut.
  uint8_t bytes[kBytes + 8] = {};
  StoreBigEndian(trace.span, bytes);
  StoreBigEndian(trace.parent, bytes + 8);
  StoreBigEndian(trace.trace, bytes + 16);
  StoreBigEndian(trace.flags, bytes + 24);
  if (trace.has_trace_high) StoreBigEndian(trace.trace_high, bytes + 32);
  char* const end = to + (trace.has_trace_high ? kMaxBase64 : kBase64Of32);
  const uint8_t* from = bytes;
  for (; to < end; to += 8, from += 6) {
    const uint64_t group = LoadBigEndian(from);
    ForEight([&](auto i) { to[i] = kBase64[group >> (58 - 6 * i) & 63]; });
  }
  end[-1] = '=';
  if (trace.has_trace_high) end[-2] = '=';
  return end;
}

char* EncodeHex(uint64_t word, char* to) {
  ForEight([&](auto i) { std::memcpy(to + 2 * i, &kHexPairs[2 * (word >> (56 - 8 * i) & 255)], 2); });
  return to + 16;
}

char* Copy(absl::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

}  // namespace

std::optional<bool> TraceContext::sampled() const {
  if ((flags & kDebug) != 0) return true;
  if ((flags & kSamplingKnown) == 0) return std::nullopt;
  return (flags & kSampled) != 0;
}

void TraceContext::set_sampled(bool sampled) {
  flags = (flags & ~kSampled) | kSamplingKnown | (sampled ? kSampled : 0);
}

std::optional<TraceContext> DecodeTrace(absl::string_view value) {
  // 32 bytes are 43 digits and one '=', 40 bytes are 54 and two.
  if (value.size() == 44) absl::ConsumeSuffix(&value, "=");
  if (value.size() == 56) absl::ConsumeSuffix(&value, "==");
  if (value.size() != 43 && value.size() != 54) return std::nullopt;
  uint8_t bytes[kBytes];
  if (!DecodeBase64(value, bytes)) return std::nullopt;
  TraceContext trace;
  trace.span = LoadBigEndian(bytes);
  trace.parent = LoadBigEndian(bytes + 8);
  trace.trace = LoadBigEndian(bytes + 16);
  trace.flags = LoadBigEndian(bytes + 24);
  trace.has_trace_high = value.size() == 54;
  if (trace.has_trace_high) trace.trace_high = LoadBigEndian(bytes + 32);
  return trace;
}

void AppendTraceFields(const TraceContext& trace, std::string* out) {
  constexpr absl::string_view kTraceName = "l5d-ctx-trace: ";
  constexpr absl::string_view kRequestIdName = "\r\nl5d-reqid: ";
  char text[kTraceName.size() + kMaxBase64 + kRequestIdName.size() + 16 + 2];
  char* end = EncodeTrace(trace, Copy(kTraceName, text));
  end = EncodeHex(trace.trace, Copy(kRequestIdName, end));
  end = Copy("\r\n", end);
  out->append(text, static_cast<size_t>(end - text));
}

TraceContext NewTrace(Random& random) {
  TraceContext trace;
  trace.span = trace.parent = trace.trace = random.Next();
  return trace;
}

TraceContext NewSpan(const TraceContext& parent, Random& random) {
  TraceContext trace = parent;
  trace.parent = parent.span;
  trace.span = random.Next();
  if ((trace.flags & TraceContext::kDebug) != 0) trace.set_sampled(true);
  return trace;
}

std::optional<double> ParseSampleRate(absl::string_view value) {
  for (const absl::string_view suffix : {"f", "F", "d", "D"}) {
    if (absl::ConsumeSuffix(&value, suffix)) break;
  }
  // Not "nan", "infinity" or "0x1", which are numbers to SimpleAtod.
  if (value.find_first_not_of("0123456789+-.eE") != absl::string_view::npos) return std::nullopt;
  double rate = 0;
  if (!absl::SimpleAtod(value, &rate)) return std::nullopt;
  return std::clamp(rate, 0.0, 1.0);
}

}  // namespace heddle
