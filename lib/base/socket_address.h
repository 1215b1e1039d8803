// An IPv4 or IPv6 address with a port: a small value, hashable and ordered.
#ifndef HEDDLE_LIB_BASE_SOCKET_ADDRESS_H_
#define HEDDLE_LIB_BASE_SOCKET_ADDRESS_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "lib/base/status.h"

namespace heddle {

class SocketAddress {
 public:
  // 0.0.0.0:0.
  SocketAddress() = default;

  // `ip` as dotted IPv4 or as IPv6 without brackets; never a name. InvalidArgument otherwise, or if port > 65535.
  static absl::StatusOr<SocketAddress> Parse(absl::string_view ip, uint32_t port);
  // "1.2.3.4:80" or "[::1]:80".
  static absl::StatusOr<SocketAddress> ParseHostPort(absl::string_view text);
  // REQUIRES: `addr` is AF_INET or AF_INET6.
  static SocketAddress FromSockaddr(const sockaddr* addr);
  // The 4 or 16 bytes in network order. InvalidArgument for any other length.
  static absl::StatusOr<SocketAddress> FromBytes(absl::string_view bytes, uint16_t port);

  bool is_v6() const { return v6_; }
  uint16_t port() const { return port_; }
  void set_port(uint16_t port) { port_ = port; }
  // The 4 or 16 bytes in network order.
  absl::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), v6_ ? size_t{16} : size_t{4}};
  }

  // "1.2.3.4" or "::1".
  std::string ip() const;
  // "1.2.3.4:80" or "[::1]:80".
  std::string ToString() const;
  // Fills `out`, returns the length for connect(2) and bind(2).
  socklen_t ToSockaddr(sockaddr_storage* out) const;

  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const SocketAddress& a) {
    return H::combine(std::move(h), a.v6_, a.bytes_, a.port_);
  }

 private:
  bool v6_ = false;
  std::array<uint8_t, 16> bytes_{};
  uint16_t port_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_SOCKET_ADDRESS_H_
