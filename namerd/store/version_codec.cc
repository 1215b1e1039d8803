#include "namerd/store/version_codec.h"

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

constexpr char kFormat = 1;

template <class T>
void AppendInt(T value, std::string* out) {
  for (size_t i = 0; i < sizeof(T); ++i) out->push_back(static_cast<char>(value >> (8 * i)));
}

void AppendText(absl::string_view text, std::string* out) {
  AppendInt(static_cast<uint32_t>(text.size()), out);
  out->append(text.data(), text.size());
}

// Takes fields from the front; once something is missing, `ok` stays false.
struct Reader {
  absl::string_view rest;
  bool ok = true;

  template <class T>
  T Int() {
    if (rest.size() < sizeof(T)) ok = false;
    if (!ok) return 0;
    T value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<uint8_t>(rest[i])) << (8 * i);
    rest.remove_prefix(sizeof(T));
    return value;
  }
  std::string Text() {
    const auto size = Int<uint32_t>();
    if (rest.size() < size) ok = false;
    if (!ok) return "";
    std::string text(rest.substr(0, size));
    rest.remove_prefix(size);
    return text;
  }
};

}  // namespace

std::string EncodeVersion(const Version& version) {
  std::string out(1, kFormat);
  AppendInt(version.revision, &out);
  AppendInt(version.number, &out);
  AppendInt(static_cast<uint64_t>(version.time_ms), &out);
  out.push_back(version.deleted ? 1 : 0);
  AppendText(version.change.author, &out);
  AppendText(version.change.message, &out);
  AppendText(version.change.from, &out);
  AppendText(version.value, &out);
  return out;
}

absl::StatusOr<Version> DecodeVersion(absl::string_view bytes) {
  if (bytes.empty() || bytes[0] != kFormat) {
    return absl::DataLossError("a stored version has a format this program does not know");
  }
  Reader reader{bytes.substr(1)};
  Version version;
  version.revision = reader.Int<uint64_t>();
  version.number = reader.Int<uint64_t>();
  version.time_ms = static_cast<int64_t>(reader.Int<uint64_t>());
  version.deleted = reader.Int<uint8_t>() != 0;
  version.change.author = reader.Text();
  version.change.message = reader.Text();
  version.change.from = reader.Text();
  version.value = reader.Text();
  if (!reader.ok || !reader.rest.empty()) return absl::DataLossError("a stored version is damaged");
  return version;
}

std::string EncodeNumber(uint64_t number) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
  return out;
}

std::optional<uint64_t> DecodeNumber(absl::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

}  // namespace heddle::namerd
