#include "proxy/server/listed_fields.h"

#include <algorithm>
#include <array>

#include "lib/http/chars.h"

namespace heddle {
namespace {

bool IsBefore(absl::string_view a, absl::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return ToLower(x) < ToLower(y); });
}

bool IsKept(HeaderId id) {
  return id == HeaderId::kContentLength || id == HeaderId::kTransferEncoding || id == HeaderId::kHost ||
         id == HeaderId::kVia || id == HeaderId::kUpgrade;
}

}  // namespace

FieldSet FieldsListedInConnection(absl::string_view bytes, const Head& head) {
  const auto name_of = [&](uint8_t i) { return head.fields[i].name.In(bytes); };
  std::array<uint8_t, Head::kMaxFields> by_name;
  uint8_t* end = by_name.data();
  for (uint8_t i = 0; i < head.field_count; ++i) {
    if (!IsKept(head.fields[i].id)) *end++ = i;
  }
  std::sort(by_name.data(), end, [&](uint8_t a, uint8_t b) { return IsBefore(name_of(a), name_of(b)); });

  FieldSet listed;
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    if (field->id != HeaderId::kConnection) continue;
    ForEachElement(field->value.In(bytes), [&](absl::string_view option) {
      const uint8_t* at =
          std::lower_bound(by_name.data(), end, option,
                           [&](uint8_t i, absl::string_view name) { return IsBefore(name_of(i), name); });
      // An option that is repeated finds its first field listed already.
      for (; at != end && !listed[*at] && EqualsIgnoreCase(name_of(*at), option); ++at) listed.set(*at);
    });
  }
  return listed;
}

}  // namespace heddle
