#include "lib/namers/dns_servers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace heddle {
namespace {

bool IsHostName(absl::string_view text) {
  return !text.empty() && text.find_first_of(" \t,/[]:") == absl::string_view::npos;
}

}  // namespace

absl::StatusOr<DnsHost> ParseDnsHost(absl::string_view text) {
  DnsHost parsed{std::string(text), 53};
  if (ParseHostLiteral(text)) return parsed;  // ::1 has colons of its own
  const size_t colon = text.rfind(':');
  absl::string_view host = text.substr(0, colon);
  uint32_t port = 53;
  const bool good_port = colon == absl::string_view::npos ||
                         (absl::SimpleAtoi(text.substr(colon + 1), &port) && port > 0 && port <= 65535);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!good_port || (bracketed ? !ParseHostLiteral(host).has_value() : !IsHostName(host))) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no DNS server; expected HOST or HOST:PORT such as 10.0.0.2:53"));
  }
  return DnsHost{std::string(host), static_cast<uint16_t>(port)};
}

std::string ServersOf(const std::vector<DnsHost>& hosts) {
  std::vector<std::string> servers;
  for (const DnsHost& each : hosts) {
    auto literal = ParseHostLiteral(each.host);
    if (!literal) continue;
    literal->set_port(each.port);
    servers.push_back(literal->ToString());
  }
  return absl::StrJoin(servers, ",");
}

DnsServers::DnsServers(const std::vector<DnsHost>& hosts, HostAddrs& resolved_by,
                       std::function<void()> changed)
    : changed_(std::move(changed)) {
  for (const DnsHost& each : hosts) addrs_.push_back(resolved_by.Get(each.host, each.port));
  for (const auto& addr : addrs_) {
    subscriptions_.push_back(addr->Subscribe([this](const Addr&) { Combine(); }));
  }
  Combine();
  constructed_ = true;
}

void DnsServers::Combine() {
  std::vector<std::string> servers;
  absl::Status status;
  bool pending = false;
  for (const auto& watch : addrs_) {
    const Addr& addr = watch->Get();
    pending = pending || addr.state == AddrState::kPending;
    status.Update(addr.state == AddrState::kAbsent
                      ? absl::NotFoundError("the DNS server's name does not exist")
                      : addr.error);
    if (addr.endpoints == nullptr) continue;
    for (const Endpoint& endpoint : *addr.endpoints) servers.push_back(endpoint.address.ToString());
  }
  if (!servers.empty() || pending) status = absl::OkStatus();
  std::string joined = absl::StrJoin(servers, ",");
  // Servers that were known stay in use while none is.
  if (joined.empty()) joined = servers_;
  if (!joined.empty()) status = absl::OkStatus();
  const bool same = joined == servers_ && status == status_;
  servers_ = std::move(joined);
  status_ = std::move(status);
  if (constructed_ && !same) changed_();
}

}  // namespace heddle
