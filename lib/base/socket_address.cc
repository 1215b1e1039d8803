#include "lib/base/socket_address.h"

#include <arpa/inet.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/check.h"

namespace heddle {

absl::StatusOr<SocketAddress> SocketAddress::Parse(absl::string_view ip, uint32_t port) {
  if (port > 65535) return absl::InvalidArgumentError(absl::StrCat("port ", port, " is not in 0..65535"));
  SocketAddress result;
  result.port_ = static_cast<uint16_t>(port);
  const std::string text(ip);
  if (inet_pton(AF_INET, text.c_str(), result.bytes_.data()) == 1) return result;
  if (inet_pton(AF_INET6, text.c_str(), result.bytes_.data()) == 1) {
    result.v6_ = true;
    return result;
  }
  return absl::InvalidArgumentError(absl::StrCat("'", ip, "' is not an IPv4 or IPv6 address"));
}

absl::StatusOr<SocketAddress> SocketAddress::ParseHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port)) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not ADDRESS:PORT"));
  }
  absl::string_view host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return Parse(host, port);
}

SocketAddress SocketAddress::FromSockaddr(const sockaddr* addr) {
  SocketAddress result;
  if (addr->sa_family == AF_INET6) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(addr);
    result.v6_ = true;
    std::memcpy(result.bytes_.data(), &in6->sin6_addr, 16);
    result.port_ = ntohs(in6->sin6_port);
    return result;
  }
  HEDDLE_CHECK(addr->sa_family == AF_INET);
  const auto* in4 = reinterpret_cast<const sockaddr_in*>(addr);
  std::memcpy(result.bytes_.data(), &in4->sin_addr, 4);
  result.port_ = ntohs(in4->sin_port);
  return result;
}

absl::StatusOr<SocketAddress> SocketAddress::FromBytes(absl::string_view bytes, uint16_t port) {
  if (bytes.size() != 4 && bytes.size() != 16) {
    return absl::InvalidArgumentError(absl::StrCat("an address has 4 or 16 bytes, not ", bytes.size()));
  }
  SocketAddress result;
  result.v6_ = bytes.size() == 16;
  std::memcpy(result.bytes_.data(), bytes.data(), bytes.size());
  result.port_ = port;
  return result;
}

std::string SocketAddress::ip() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof(text));
  return text;
}

std::string SocketAddress::ToString() const {
  return v6_ ? absl::StrCat("[", ip(), "]:", port_) : absl::StrCat(ip(), ":", port_);
}

socklen_t SocketAddress::ToSockaddr(sockaddr_storage* out) const {
  std::memset(out, 0, sizeof(*out));
  if (v6_) {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(out);
    in6->sin6_family = AF_INET6;
    std::memcpy(&in6->sin6_addr, bytes_.data(), 16);
    in6->sin6_port = htons(port_);
    return sizeof(*in6);
  }
  auto* in4 = reinterpret_cast<sockaddr_in*>(out);
  in4->sin_family = AF_INET;
  std::memcpy(&in4->sin_addr, bytes_.data(), 4);
  in4->sin_port = htons(port_);
  return sizeof(*in4);
}

}  // namespace heddle
