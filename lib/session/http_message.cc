#include "lib/session/http_message.h"

#include "lib/http/chars.h"
#include "lib/http/scan.h"

namespace heddle {
namespace {

std::string Unescape(absl::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

const std::string* FindHeader(const HeaderList& headers, absl::string_view name) {
  for (const auto& [key, value] : headers) {
    if (EqualsIgnoreCase(key, name)) return &value;
  }
  return nullptr;
}

absl::string_view HttpRequest::RawPath() const {
  const absl::string_view text = target;
  return text.substr(0, text.find('?'));
}

std::optional<std::string> HttpRequest::Query(absl::string_view name) const {
  std::vector<std::string> values = QueryAll(name);
  if (values.empty()) return std::nullopt;
  return std::move(values.front());
}

std::vector<std::string> HttpRequest::QueryAll(absl::string_view name) const {
  std::vector<std::string> values;
  absl::string_view rest = target;
  size_t end = rest.find('?');
  while (end != absl::string_view::npos) {
    rest.remove_prefix(end + 1);
    end = rest.find('&');
    const absl::string_view pair = rest.substr(0, end);
    const size_t equals = pair.find('=');
    if (Unescape(pair.substr(0, equals), /*plus_is_space=*/true) != name) continue;
    values.push_back(
        equals == absl::string_view::npos ? "" : Unescape(pair.substr(equals + 1), /*plus_is_space=*/true));
  }
  return values;
}

std::string UnescapeUri(absl::string_view text) { return Unescape(text, /*plus_is_space=*/false); }

std::string EscapeUri(absl::string_view text, absl::string_view keep) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c) || keep.find(c) != absl::string_view::npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

HeaderList HeadersOf(const Head& head, absl::string_view bytes) {
  HeaderList headers;
  headers.reserve(head.field_count);
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    headers.emplace_back(std::string(field->name.In(bytes)), std::string(field->value.In(bytes)));
  }
  return headers;
}

void AppendHeaders(const HeaderList& headers, std::string* out) {
  for (const auto& [name, value] : headers) {
    out->append(name).append(": ");
    absl::string_view rest = value;
    while (true) {
      const size_t control = FindControl(rest);
      out->append(rest.data(), control);
      if (control == rest.size()) break;
      out->push_back(' ');
      rest.remove_prefix(control + 1);
    }
    out->append("\r\n");
  }
}

}  // namespace heddle
