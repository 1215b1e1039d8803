#include "tests/unit/transformers/support.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace heddle {

std::string ShowAddr(const Addr& addr) {
  switch (addr.state) {
    case AddrState::kPending:
      return "pending";
    case AddrState::kAbsent:
      return "absent";
    case AddrState::kFailed:
      return absl::StrCat("failed: ", addr.error.message());
    case AddrState::kBound:
      break;
  }
  return absl::StrJoin(*addr.endpoints, " ", [](std::string* out, const Endpoint& endpoint) {
    absl::StrAppend(out, endpoint.address.ToString());
    if (endpoint.weight != 1) absl::StrAppend(out, "*", endpoint.weight);
  });
}

Addr BoundAddr(absl::string_view endpoints) {
  std::vector<Endpoint> list;
  for (absl::string_view each : absl::StrSplit(endpoints, ' ', absl::SkipEmpty())) {
    list.push_back({SocketAddress::ParseHostPort(each).value(), 1.0, {}});
  }
  return Addr::Bound(std::move(list));
}

std::string ShowBound(const BoundTree& tree) {
  return ShowTree<BoundName>(tree, [](const BoundName& client) {
    return client.residual.empty() ? client.id.Show()
                                   : absl::StrCat(client.id.Show(), " ", client.residual.Show());
  });
}

}  // namespace heddle
