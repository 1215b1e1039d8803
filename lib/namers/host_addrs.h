// Hosts by name as endpoint sets that follow DNS.
#ifndef HEDDLE_LIB_NAMERS_HOST_ADDRS_H_
#define HEDDLE_LIB_NAMERS_HOST_ADDRS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "lib/event/loop.h"
#include "lib/namers/held.h"
#include "lib/namers/name_health.h"
#include "lib/namers/state_page.h"
#include "lib/naming/addr.h"
#include "lib/net/dns.h"
#include "lib/watch/watch.h"

namespace heddle {

// The address that `host` is, with port 0: dotted decimal IPv4, perhaps abbreviated (127.1 is 127.0.0.1, as
// java.net.InetAddress has it), or IPv6. nullopt for a name.
std::optional<SocketAddress> ParseHostLiteral(absl::string_view host);

// Loop thread only. Make it with std::make_shared: the watches hold it.
class HostAddrs : public std::enable_shared_from_this<HostAddrs> {
 public:
  // `scope`: where the names are counted. `dns.scope`: where the questions are.
  explicit HostAddrs(Loop& loop, DnsResolver::Options dns = {}, const Scope& scope = UnshownScope())
      : loop_(loop), stats_(scope), resolver_(loop, std::move(dns)) {}

  // The endpoints of `host`: constant for an address. A name is resolved while somebody subscribes, again
  // whenever its time to live (1 s to 5 min are kept to) has passed: all its addresses; absent while the name
  // does not exist. While the servers are in error the last known addresses stay, failed if there are none,
  // and they are asked again with growing pauses up to 30 s. Equal arguments share a watch.
  std::shared_ptr<Watch<Addr>> Get(const std::string& host, uint16_t port);

  // The same until it is bound for the first time; then it never changes again, for as long as the process
  // runs (of 16000 names at most). Source: com.twitter.finagle.FixedInetResolver.
  std::shared_ptr<Watch<Addr>> GetFixed(const std::string& host, uint16_t port);

  NamerStats& stats() { return stats_; }
  DnsResolver& resolver() { return resolver_; }
  // The names that are followed.
  void AddTo(StatePage* page) const;

 private:
  class HostAddr;
  class FixedAddr;
  using Key = std::pair<std::string, uint16_t>;

  Loop& loop_;
  NamerStats stats_;
  DnsResolver resolver_;
  Held<Key, Source<Addr>> literals_;
  Held<Key, HostAddr> names_;
  Held<Key, FixedAddr> fixed_;
  std::map<Key, Addr> known_for_ever_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_HOST_ADDRS_H_
