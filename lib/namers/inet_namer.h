// /$/inet/<port> and /$/inet/<host>/<port>: addresses and DNS names; /$/fixedinet, the same resolved once.
// Source: com.twitter.finagle.Namer.global (InetPath), com.twitter.finagle.FixedInetResolver,
// io.buoyant.namer.HostPort.
#ifndef HEDDLE_LIB_NAMERS_INET_NAMER_H_
#define HEDDLE_LIB_NAMERS_INET_NAMER_H_

#include <memory>
#include <string>

#include "lib/namers/held.h"
#include "lib/namers/host_addrs.h"
#include "lib/naming/inet_path.h"
#include "lib/naming/namer.h"

namespace heddle {

class InetNamer : public Namer {
 public:
  // Whether a name is resolved again and again (HostAddrs::Get), or once for all (GetFixed).
  enum class Resolved { kAgain, kOnce };

  // What the namer answers for.
  static Path Prefix(Resolved resolved = Resolved::kAgain) {
    return resolved == Resolved::kAgain ? InetPath::Prefix() : Path{"$", "fixedinet"};
  }

  explicit InetNamer(std::shared_ptr<HostAddrs> hosts, Resolved resolved = Resolved::kAgain)
      : hosts_(std::move(hosts)), resolved_(resolved), prefix_(Prefix(resolved)) {}

  // What InetPath reads; what follows is the residual. Anything else is InvalidArgument, not ~. The watch
  // never changes; the leaf's Addr is shared by host and port.
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override;
  // The DNS names that are followed: /<host>/<port>.
  std::string StateJson() const override;

 private:
  using Result = Activity<NameTree<Name>>;
  Result Resolve(const Path& path);

  const std::shared_ptr<HostAddrs> hosts_;
  const Resolved resolved_;
  const Path prefix_;
  Held<Path, Source<Result>> lookups_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_INET_NAMER_H_
