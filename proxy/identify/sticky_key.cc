#include "proxy/identify/sticky_key.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/signing/digest.h"

namespace heddle {
namespace {

constexpr size_t kPinDigits = 16;

absl::string_view Unquoted(absl::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  return value.substr(1, value.size() - 2);
}

}  // namespace

absl::string_view CookieValue(absl::string_view field, absl::string_view name) {
  while (!field.empty()) {
    const size_t end = std::min(field.find(';'), field.size());
    const absl::string_view pair = field.substr(0, end);
    field.remove_prefix(std::min(end + 1, field.size()));
    const size_t equals = pair.find('=');
    if (equals == absl::string_view::npos) continue;
    if (absl::StripAsciiWhitespace(pair.substr(0, equals)) != name) continue;
    return Unquoted(absl::StripAsciiWhitespace(pair.substr(equals + 1)));
  }
  return {};
}

StickyKey::StickyKey(const StickyKeyConfig& config) : kind_(config.kind), header_(config.name) {}

absl::string_view StickyKey::Key(const RequestView& request) const {
  if (kind_ == StickyKeyConfig::Kind::kHeader) return header_.Read(request);
  const Head& head = *request.head;
  for (const Field* field = head.Find(HeaderId::kCookie); field != nullptr && field != head.end_fields();
       ++field) {
    if (field->id != HeaderId::kCookie) continue;
    const absl::string_view value = CookieValue(field->value.In(request.bytes), header_.name());
    if (!value.empty()) return value;
  }
  return {};
}

std::optional<uint64_t> StickyKey::Pin(const RequestView& request) const {
  const absl::string_view key = Key(request);
  if (key.empty()) return std::nullopt;
  return Digest64(key.substr(0, kMaxKeyBytes));
}

std::optional<uint64_t> ParsePin(absl::string_view value) {
  uint64_t pin = 0;
  if (value.size() != kPinDigits || !std::all_of(value.begin(), value.end(), absl::ascii_isxdigit) ||
      !absl::SimpleHexAtoi(value, &pin)) {
    return std::nullopt;
  }
  return pin;
}

std::optional<uint64_t> ReceivedPin(const RequestView& request) {
  const Head& head = *request.head;
  if (request.cleared || !head.Has(HeaderId::kL5dCtxSticky)) return std::nullopt;
  for (const Field* field = head.Find(HeaderId::kL5dCtxSticky); field != head.end_fields(); ++field) {
    if (field->id != HeaderId::kL5dCtxSticky) continue;
    if (const std::optional<uint64_t> pin = ParsePin(field->value.In(request.bytes))) return pin;
  }
  return std::nullopt;
}

void AppendPinField(uint64_t pin, std::string* out) {
  absl::StrAppend(out, "l5d-ctx-sticky: ", absl::Hex(pin, absl::kZeroPad16), "\r\n");
}

}  // namespace heddle
