#include "proxy/config/read_path.h"

#include <string>

namespace heddle {

namespace {

template <class T>
bool ReadParsed(ObjectReader& reader, absl::string_view key, const std::string& text, T* out) {
  auto value = T::Parse(text);
  if (!value.ok()) {
    reader.AddError(key, value.status().message());
    return false;
  }
  *out = *std::move(value);
  return true;
}

}  // namespace

bool ReadPath(ObjectReader& reader, absl::string_view key, Path* out) {
  std::string text;
  return reader.Optional(key, &text) && ReadParsed(reader, key, text, out);
}

bool ReadRequiredPath(ObjectReader& reader, absl::string_view key, Path* out) {
  std::string text;
  return reader.Required(key, &text) && ReadParsed(reader, key, text, out);
}

bool ReadDtab(ObjectReader& reader, absl::string_view key, Dtab* out) {
  std::string text;
  return reader.Optional(key, &text) && ReadParsed(reader, key, text, out);
}

}  // namespace heddle
