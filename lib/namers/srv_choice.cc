#include "lib/namers/srv_choice.h"

#include <algorithm>
#include <map>
#include <utility>

namespace heddle {
namespace {

// The targets of one priority that have addresses.
Addr Weighted(const std::vector<const SrvTarget*>& targets) {
  const auto light = std::count_if(targets.begin(), targets.end(),
                                   [](const SrvTarget* target) { return target->record.weight == 0; });
  std::map<SocketAddress, double> shares;
  double greatest = 0;
  for (const SrvTarget* target : targets) {
    const double weight =
        target->record.weight > 0 ? target->record.weight : 1.0 / static_cast<double>(light);
    const double share = weight / static_cast<double>(target->addr.endpoints->size());
    for (const Endpoint& endpoint : *target->addr.endpoints) {
      greatest = std::max(greatest, shares[endpoint.address] += share);
    }
  }
  std::vector<Endpoint> endpoints;
  for (const auto& [address, share] : shares) endpoints.push_back(Endpoint{address, share / greatest, {}});
  return Addr::Bound(std::move(endpoints));
}

}  // namespace

Addr ChooseEndpoints(std::vector<SrvTarget> targets) {
  std::stable_sort(targets.begin(), targets.end(), [](const SrvTarget& a, const SrvTarget& b) {
    return a.record.priority < b.record.priority;
  });
  bool pending = false;
  absl::Status error;
  for (auto group = targets.begin(); group != targets.end();) {
    std::vector<const SrvTarget*> known;
    const uint16_t priority = group->record.priority;
    for (; group != targets.end() && group->record.priority == priority; ++group) {
      const Addr& addr = group->addr;
      pending = pending || addr.state == AddrState::kPending;
      error.Update(addr.error);
      if (addr.endpoints != nullptr && !addr.endpoints->empty()) known.push_back(&*group);
    }
    if (!known.empty()) return Weighted(known);
    if (pending) return Addr::Pending();  // not to a spare before it is known that it is needed
  }
  return error.ok() ? Addr::Absent() : Addr::Failed(error);
}

}  // namespace heddle
