// Which DNS servers to ask, of a configuration: addresses, or names that are resolved first.
#ifndef HEDDLE_LIB_NAMERS_DNS_SERVERS_H_
#define HEDDLE_LIB_NAMERS_DNS_SERVERS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"
#include "lib/namers/host_addrs.h"

namespace heddle {

struct DnsHost {
  std::string host;
  uint16_t port = 53;
};

// "10.0.0.2", "10.0.0.2:5353", "ns0.example.org", "ns0.example.org:5353", "::1", "[::1]:5353".
absl::StatusOr<DnsHost> ParseDnsHost(absl::string_view text);
// The addresses among `hosts`, as DnsResolver::Options::servers has them.
std::string ServersOf(const std::vector<DnsHost>& hosts);

// Follows the addresses of servers that are given by name. Loop thread only.
class DnsServers {
 public:
  // `changed` is called whenever servers() or status() has become another; not from inside the constructor.
  DnsServers(const std::vector<DnsHost>& hosts, HostAddrs& resolved_by, std::function<void()> changed);

  // As DnsResolver::Options has it; empty while no server's address is known.
  const std::string& servers() const { return servers_; }
  // Why none is known: OK while they are being resolved.
  const absl::Status& status() const { return status_; }

 private:
  void Combine();

  std::function<void()> changed_;
  std::string servers_;
  absl::Status status_;
  bool constructed_ = false;
  std::vector<std::shared_ptr<Watch<Addr>>> addrs_;
  std::vector<Subscription> subscriptions_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_DNS_SERVERS_H_
