#include "proxy/identify/header_reader.h"

#include <utility>

#include "lib/http/chars.h"

namespace heddle {

HeaderReader::HeaderReader(std::string name)
    : name_(std::move(name)), id_(FindHeaderId(name_)), absent_(name_ + " header is absent") {}

absl::string_view HeaderReader::ReadField(const RequestView& request) const {
  if (request.cleared && IsL5d(id_)) return {};
  if (!IsUnlisted(id_)) return request.head->Value(request.bytes, id_);
  for (const Field* f = request.head->begin_fields(); f != request.head->end_fields(); ++f) {
    if (f->id == id_ && EqualsIgnoreCase(f->name.In(request.bytes), name_)) return f->value.In(request.bytes);
  }
  return {};
}

}  // namespace heddle
