// The addresses of this host.
#ifndef HEDDLE_LIB_TRANSFORMERS_LOCAL_ADDRESSES_H_
#define HEDDLE_LIB_TRANSFORMERS_LOCAL_ADDRESSES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/socket_address.h"

namespace heddle {

// Every address of every network interface that is up, with port 0. An error if the system does not tell
// (a sandbox may forbid netlink sockets).
absl::StatusOr<std::vector<SocketAddress>> LocalAddresses();

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_LOCAL_ADDRESSES_H_
