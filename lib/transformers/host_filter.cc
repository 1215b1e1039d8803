#include "lib/transformers/host_filter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/transformers/addr_transformer.h"

namespace heddle {
namespace {

Addr OnHosts(const Addr& addr, const Addr& hosts) {
  if (addr.endpoints->empty()) return addr;
  if (hosts.state == AddrState::kPending || hosts.state == AddrState::kFailed) return hosts;
  std::vector<Endpoint> kept;
  for (const Endpoint& endpoint : *addr.endpoints) {
    const auto same_host = [&](const Endpoint& host) {
      return host.address.bytes() == endpoint.address.bytes();
    };
    const bool keep = hosts.state == AddrState::kBound &&
                      std::any_of(hosts.endpoints->begin(), hosts.endpoints->end(), same_host);
    if (keep) kept.push_back(endpoint);
  }
  return kept.empty() ? Addr::Absent() : Addr::Bound(std::move(kept), addr.meta);
}

}  // namespace

std::shared_ptr<Transformer> MakeHostFilter(Path prefix, std::shared_ptr<Watch<Addr>> hosts) {
  return std::make_shared<AddrTransformer>("SubnetLocalTransformer", std::move(prefix),
                                           MappedAddrs(OnHosts, std::move(hosts)));
}

}  // namespace heddle
