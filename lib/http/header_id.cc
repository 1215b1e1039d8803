#include "lib/http/header_id.h"

#include <array>
#include <cstring>

#include "lib/http/chars.h"

namespace heddle {
namespace {

// In the order of HeaderId.
constexpr std::array<absl::string_view, kHeaderIdCount> kNames = {
    "",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "dtab-local",
    "expect",
    "finagle-http-nack",
    "finagle-http-nonretryable-nack",
    "host",
    "http2-settings",
    "keep-alive",
    "l5d-add-context",
    "l5d-ctx-deadline",
    "l5d-ctx-dtab",
    "l5d-ctx-sticky",
    "l5d-ctx-trace",
    "l5d-dst-client",
    "l5d-dst-residual",
    "l5d-dst-service",
    "l5d-dtab",
    "l5d-dtab-signed",
    "l5d-err",
    "l5d-name",
    "l5d-reqid",
    "l5d-retryable",
    "l5d-sample",
    "l5d-success-class",
    "",
    "location",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "retry-after",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-b3-flags",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-spanid",
    "x-b3-traceid",
    "x-forwarded-client-cert",
};

constexpr size_t kShortest = 4;  // in the table
constexpr size_t kLongest = 30;

// A name as it is compared: an octet of another name, with `fold` put in, is that of `text`. `fold` is 0x20
// for a letter, 0 for all else, so that only letters are compared without case.
struct Known {
  std::array<char, kLongest + 1> text{};
  uint8_t size = 0;
  std::array<char, kLongest + 2> fold{};
};

constexpr std::array<Known, kHeaderIdCount> MakeKnown() {
  std::array<Known, kHeaderIdCount> table{};
  for (size_t id = 0; id < kHeaderIdCount; ++id) {
    const absl::string_view name = kNames[id];
    table[id].size = static_cast<uint8_t>(name.size());
    for (size_t i = 0; i < name.size(); ++i) {
      table[id].text[i] = name[i];
      table[id].fold[i] = name[i] >= 'a' && name[i] <= 'z' ? 0x20 : 0;
    }
  }
  return table;
}
constexpr std::array<Known, kHeaderIdCount> kKnown = MakeKnown();

// A perfect hash of the length, the first four octets and the last four (which overlap in a short name),
// without case. The multipliers were found by trying; whether they still do for all names, the table says at
// compile time.
constexpr uint32_t kFirst = 0x8afc5bef;
constexpr uint32_t kLast = 0xde1bf0cd;
constexpr uint32_t Word(const char* at) {
  const auto octet = [at](size_t i) { return uint32_t{static_cast<uint8_t>(at[i])}; };
  return octet(0) | octet(1) << 8 | octet(2) << 16 | octet(3) << 24 | 0x20202020;
}
// REQUIRES: size >= kShortest.
constexpr size_t Slot(const char* name, size_t size) {
  const uint32_t first = Word(name);
  const uint32_t last = Word(name + size - 4);
  return (first * kFirst + (last + static_cast<uint32_t>(size)) * kLast) >> 24;
}

struct Slots {
  std::array<uint8_t, 256> ids{};  // kOther where there is none
  bool perfect = true;
};
constexpr Slots MakeSlots() {
  Slots slots;
  for (size_t id = 1; id < kHeaderIdCount; ++id) {
    if (kNames[id].size() < kShortest) continue;
    uint8_t& slot = slots.ids[Slot(kNames[id].data(), kNames[id].size())];
    if (slot != 0 || kNames[id].size() > kLongest) slots.perfect = false;
    slot = static_cast<uint8_t>(id);
  }
  return slots;
}
constexpr Slots kSlots = MakeSlots();
static_assert(kSlots.perfect, "two names share a slot: try other multipliers");

template <class Word>
bool SameWord(const char* name, const Known& known, size_t at) {
  Word word, text, fold;
  std::memcpy(&word, name + at, sizeof(Word));
  std::memcpy(&text, known.text.data() + at, sizeof(Word));
  std::memcpy(&fold, known.fold.data() + at, sizeof(Word));
  return (word | fold) == text;
}

// Words at a time; the last one overlaps the one before.
template <class Word>
bool SameName(const char* name, const Known& known) {
  const size_t last = known.size - sizeof(Word);
  for (size_t at = 0; at < last; at += sizeof(Word)) {
    if (!SameWord<Word>(name, known, at)) return false;
  }
  return SameWord<Word>(name, known, last);
}

bool Same(absl::string_view name, const Known& known) {
  if (name.size() != known.size) return false;
  if (name.size() >= sizeof(uint64_t)) return SameName<uint64_t>(name.data(), known);
  return SameName<uint32_t>(name.data(), known);
}

HeaderId FindShort(absl::string_view name) {
  for (const HeaderId id : {HeaderId::kTe, HeaderId::kVia}) {
    if (EqualsLowercase(name, kNames[static_cast<size_t>(id)])) return id;
  }
  return HeaderId::kOther;
}

}  // namespace

HeaderId FindHeaderId(absl::string_view name) {
  if (name.size() < kShortest) return FindShort(name);
  const uint8_t id = kSlots.ids[Slot(name.data(), name.size())];
  if (id != 0 && Same(name, kKnown[id])) return static_cast<HeaderId>(id);
  const bool l5d = SameWord<uint32_t>(name.data(), kKnown[static_cast<size_t>(HeaderId::kL5dDtab)], 0);
  return l5d ? HeaderId::kL5dOther : HeaderId::kOther;
}

absl::string_view HeaderName(HeaderId id) { return kNames[static_cast<size_t>(id)]; }

}  // namespace heddle
