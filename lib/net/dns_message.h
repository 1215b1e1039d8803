// The answer of a DNS server, read. Pure.
// Source: RFC 1035 section 4 (format), RFC 3596 (AAAA), RFC 2782 (SRV), RFC 2308 section 5 (negative
// answers).
#ifndef HEDDLE_LIB_NET_DNS_MESSAGE_H_
#define HEDDLE_LIB_NET_DNS_MESSAGE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"

namespace heddle {

// Where a service is to be found. Of the records of a service, those with the lowest priority that can be
// reached are used, each in proportion to its weight (RFC 2782).
struct SrvRecord {
  std::string target;  // a host name without the final dot; empty: the service is decidedly not there
  uint16_t port = 0;
  uint16_t priority = 0;
  uint16_t weight = 0;

  friend auto operator<=>(const SrvRecord&, const SrvRecord&) = default;
};

// What the answer section holds that we use, whoever it belongs to: a server puts the records of aliases
// there too.
struct DnsMessage {
  std::vector<SocketAddress> addresses;  // with port 0
  std::vector<SrvRecord> services;
  std::chrono::seconds ttl{0};  // the lowest of the section's records; 0 if there are none
  // How long it may be believed that there are no records; nullopt if the server does not say.
  std::optional<std::chrono::seconds> negative_ttl;
};

// InvalidArgument if `bytes` is no answer. A record whose data is malformed makes the whole an error, one of
// a kind we do not use is passed over.
absl::StatusOr<DnsMessage> ReadDnsMessage(absl::string_view bytes);

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_DNS_MESSAGE_H_
