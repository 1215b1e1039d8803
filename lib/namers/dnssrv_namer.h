// io.l5d.dnssrv: SRV records of DNS as service discovery: /<name>/<residual>.
// Source: io.buoyant.namer.dnssrv.DnsSrvNamer; RFC 2782.
#ifndef HEDDLE_LIB_NAMERS_DNSSRV_NAMER_H_
#define HEDDLE_LIB_NAMERS_DNSSRV_NAMER_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/event/loop.h"
#include "lib/namers/dns_servers.h"
#include "lib/namers/held.h"
#include "lib/namers/srv_addrs.h"
#include "lib/naming/namer.h"

namespace heddle {

// A name is asked for every `refresh` while somebody subscribes, whatever the time to live of its records is;
// the addresses of their targets follow their own. ~ while there are no records, or no target has an address.
// Names without a final dot are completed by the machine's search domains. An error keeps what was known.
class DnsSrvNamer : public Namer {
 public:
  struct Options {
    std::vector<DnsHost> dns_hosts;  // empty: the machine's. A target they do not know, the machine's may.
    std::chrono::seconds refresh{5};
    Millis timeout{2000};  // of those servers (DnsResolver::Options)
  };

  // `hosts` asks the machine's servers. `loop` outlives the namer and its watches.
  DnsSrvNamer(Loop& loop, const Options& options, Path prefix, std::shared_ptr<HostAddrs> hosts,
              const Scope& scope);
  ~DnsSrvNamer() override;

  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override;
  std::string StateJson() const override;

 private:
  class ServiceLookup;
  struct Shared;
  const std::shared_ptr<Shared> shared_;  // the watches hold it too
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_DNSSRV_NAMER_H_
