// Addr: what is known of a client's endpoints. The three states without endpoints are kept apart all the way
// to the proxy: pending (not known yet), absent (known not to exist: a fallback may be
// tried) and failed (discovery is in error: keep the last known good). Source: com.twitter.finagle.Addr.
#ifndef HEDDLE_LIB_NAMING_ADDR_H_
#define HEDDLE_LIB_NAMING_ADDR_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/socket_address.h"
#include "lib/base/status.h"

namespace heddle {

// One address of a client.
struct Endpoint {
  SocketAddress address;
  // Share of the traffic relative to the other endpoints of the set; > 0, 1 unless said. Finagle's metadata
  // key "endpoint_addr_weight".
  double weight = 1.0;
  // Such as "nodeName" and "authority"; shown by the API, never on the request path except "authority".
  std::map<std::string, std::string> meta;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

enum class AddrState { kPending, kAbsent, kFailed, kBound };

// An immutable value. `endpoints` is non-null exactly when bound: sorted by address, without duplicates,
// perhaps empty.
struct Addr {
  AddrState state = AddrState::kPending;
  absl::Status error;  // not OK exactly when failed
  std::shared_ptr<const std::vector<Endpoint>> endpoints;
  std::map<std::string, std::string> meta;  // of the whole set, when bound

  static Addr Pending() { return {}; }
  static Addr Absent();
  static Addr Failed(absl::Status error);
  // Sorts and removes duplicate addresses (the first of each wins).
  static Addr Bound(std::vector<Endpoint> endpoints, std::map<std::string, std::string> meta = {});

  friend bool operator==(const Addr& a, const Addr& b);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_ADDR_H_
