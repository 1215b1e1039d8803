// /$/inet/<port> and /$/inet/<host>/<port>: addresses and DNS names.
// Source: com.twitter.finagle.Namer.global (InetPath), io.buoyant.namer.HostPort.
#ifndef HEDDLE_LIB_NAMERS_INET_NAMER_H_
#define HEDDLE_LIB_NAMERS_INET_NAMER_H_

#include <memory>

#include "lib/namers/host_addrs.h"
#include "lib/naming/namer.h"

namespace heddle {

class InetNamer : public Namer {
 public:
  // What the namer answers for.
  static Path Prefix() { return Path{"$", "inet"}; }

  explicit InetNamer(std::shared_ptr<HostAddrs> hosts) : hosts_(std::move(hosts)) {}

  // A host and a port are read before a port alone, which means 127.0.0.1; what follows is the residual.
  // Anything else is InvalidArgument, not ~. The watch never changes; the leaf's Addr is shared by host and
  // port.
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override;

 private:
  const std::shared_ptr<HostAddrs> hosts_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_INET_NAMER_H_
