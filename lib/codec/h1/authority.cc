#include "lib/codec/h1/authority.h"

#include <array>
#include <cstdint>

#include "lib/http/scan.h"

namespace heddle::h1 {
namespace {

// unreserved and sub-delims of RFC 3986 section 2, but for the comma. '%' is looked at apart.
constexpr std::array<bool, 256> MakeHostTable() {
  std::array<bool, 256> table{};
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (const char c : absl::string_view("-._~!$&'()*+;=")) table[static_cast<uint8_t>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kHostTable = MakeHostTable();

// The length of the IPv6 address in brackets that `text` begins with; 0 if it is none.
size_t AddressLength(absl::string_view text) {
  size_t colons = 0;
  size_t i = 1;
  for (; i < text.size() && (HexDigit(text[i]) >= 0 || text[i] == ':' || text[i] == '.'); ++i) {
    colons += text[i] == ':';
  }
  return i < text.size() && text[i] == ']' && colons >= 2 ? i + 1 : 0;
}

// The length of the registered name (or IPv4 address) that `text` begins with; 0 if it is none.
size_t NameLength(absl::string_view text) {
  size_t i = FindFirst<NotOfHosts>(text.data(), 0, text.size());
  while (i < text.size()) {
    if (kHostTable[static_cast<uint8_t>(text[i])]) {
      ++i;
    } else if (text[i] == '%' && text.size() - i > 2 && HexDigit(text[i + 1]) >= 0 &&
               HexDigit(text[i + 2]) >= 0) {
      i += 3;
    } else {
      break;
    }
  }
  return i;
}

bool IsPort(absl::string_view text) {
  uint32_t port = 0;
  for (const char c : text) {
    if (!IsDigit(c)) return false;
    port = port * 10 + static_cast<uint32_t>(c - '0');
    if (port > 65535) return false;
  }
  return true;
}

}  // namespace

bool IsAuthority(absl::string_view text) {
  if (text.empty()) return false;
  const size_t host = text[0] == '[' ? AddressLength(text) : NameLength(text);
  if (host == 0) return false;
  return host == text.size() || (text[host] == ':' && IsPort(text.substr(host + 1)));
}

bool HasPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  return colon != absl::string_view::npos && colon + 1 < text.size() && text.back() != ']';
}

}  // namespace heddle::h1
