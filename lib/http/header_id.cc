#include "lib/http/header_id.h"

#include <array>

#include "lib/http/chars.h"

namespace heddle {
namespace {

constexpr size_t kLongest = 23;

// In the order of HeaderId.
constexpr std::array<absl::string_view, kHeaderIdCount> kNames = {
    "",
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "if-match",
    "keep-alive",
    "l5d-add-context",
    "l5d-client-id",
    "l5d-ctx-deadline",
    "l5d-ctx-dtab",
    "l5d-ctx-sample",
    "l5d-ctx-trace",
    "l5d-dst-client",
    "l5d-dst-residual",
    "l5d-dst-service",
    "l5d-dtab",
    "l5d-err",
    "l5d-name",
    "l5d-reqid",
    "l5d-retryable",
    "l5d-sample",
    "l5d-success-class",
    "location",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "refresh",
    "server",
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
    "x-forwarded-for",
};

// The ids by the length of their names: few have the same, so that a lookup compares one or two.
struct ByLength {
  std::array<uint8_t, kHeaderIdCount> ids{};
  std::array<uint8_t, kLongest + 2> begin{};
};

constexpr ByLength MakeByLength() {
  ByLength table;
  uint8_t next = 0;
  for (size_t length = 0; length <= kLongest; ++length) {
    table.begin[length] = next;
    for (size_t id = 1; id < kHeaderIdCount; ++id) {
      if (kNames[id].size() == length) table.ids[next++] = static_cast<uint8_t>(id);
    }
  }
  table.begin[kLongest + 1] = next;
  return table;
}

constexpr ByLength kByLength = MakeByLength();
static_assert(kByLength.begin[kLongest + 1] == kHeaderIdCount - 1, "a name is longer than kLongest");

}  // namespace

HeaderId FindHeaderId(absl::string_view name) {
  if (name.empty() || name.size() > kLongest) return HeaderId::kOther;
  for (size_t i = kByLength.begin[name.size()]; i < kByLength.begin[name.size() + 1]; ++i) {
    const absl::string_view known = kNames[kByLength.ids[i]];
    // The last character tells most names of one length apart.
    if (ToLower(name.back()) == known.back() && EqualsLowercase(name, known)) {
      return static_cast<HeaderId>(kByLength.ids[i]);
    }
  }
  return HeaderId::kOther;
}

absl::string_view HeaderName(HeaderId id) { return kNames[static_cast<size_t>(id)]; }

}  // namespace heddle
