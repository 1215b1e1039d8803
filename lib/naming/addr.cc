#include "lib/naming/addr.h"

#include <algorithm>
#include <utility>

namespace heddle {

Addr Addr::Absent() {
  Addr addr;
  addr.state = AddrState::kAbsent;
  return addr;
}

Addr Addr::Failed(absl::Status error) {
  Addr addr;
  addr.state = AddrState::kFailed;
  addr.error = std::move(error);
  return addr;
}

Addr Addr::Bound(std::vector<Endpoint> endpoints, std::map<std::string, std::string> meta) {
  const auto by_address = [](const Endpoint& a, const Endpoint& b) { return a.address < b.address; };
  const auto same_address = [](const Endpoint& a, const Endpoint& b) { return a.address == b.address; };
  std::stable_sort(endpoints.begin(), endpoints.end(), by_address);
  endpoints.erase(std::unique(endpoints.begin(), endpoints.end(), same_address), endpoints.end());
  Addr addr;
  addr.state = AddrState::kBound;
  addr.endpoints = std::make_shared<const std::vector<Endpoint>>(std::move(endpoints));
  addr.meta = std::move(meta);
  return addr;
}

bool operator==(const Addr& a, const Addr& b) {
  if (a.state != b.state || a.error != b.error || a.meta != b.meta) return false;
  return a.endpoints == b.endpoints || (a.endpoints && b.endpoints && *a.endpoints == *b.endpoints);
}

}  // namespace heddle
