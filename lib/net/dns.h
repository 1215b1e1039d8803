// Host names to addresses, and services to hosts, asynchronously, on a loop. Honours /etc/hosts,
// /etc/resolv.conf, search domains and ndots; localhost is the loopback addresses (RFC 6761). Built on
// c-ares: getaddrinfo would need threads and hides the time to live.
#ifndef HEDDLE_LIB_NET_DNS_H_
#define HEDDLE_LIB_NET_DNS_H_

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/net/dns_message.h"
#include "lib/stats/metrics_tree.h"

namespace heddle {

// Asks for a name once for all who want it at the same time, and remembers what it heard. Loop thread only.
// One for a loop and its servers: it keeps its sockets.
class DnsResolver {
 public:
  struct Options {
    std::string servers;   // "10.0.0.2:53,10.0.0.3,[::1]:53"; empty: those of /etc/resolv.conf
    Millis timeout{2000};  // of the first try; later tries wait longer
    int tries = 3;
    // What a flood of names may cost: names asked for at the same time, names that wait for their turn, and
    // how long they do.
    size_t max_active = 64;
    size_t max_waiting = 10'000;
    Millis max_wait{5000};
    Scope scope = UnshownScope();  // where it counts: queries, answers, absent, errors, ...
  };
  struct Answer {
    // NotFound (no such name, or it has no record of this kind), InvalidArgument (not a name), Unavailable
    // (the servers fail, refuse or cannot be reached), DeadlineExceeded (no answer in time),
    // ResourceExhausted (too many names are asked for).
    absl::Status status;
    std::vector<SocketAddress> addresses;  // all A and AAAA, sorted, without duplicates, port 0
    std::vector<SrvRecord> services;       // sorted, without duplicates
    // False if one of the two families is in error: there may be more addresses.
    bool complete = true;
    // How long it holds. If OK the lowest time to live; of NotFound what the server's SOA record says, within
    // kMinNegativeTtl and kMaxNegativeTtl; otherwise 0.
    std::chrono::seconds ttl{0};
  };
  static constexpr std::chrono::seconds kMinNegativeTtl{1};
  static constexpr std::chrono::seconds kMaxNegativeTtl{300};

  // Cancels the query when destroyed; then its callback is not called.
  class Query {
   public:
    virtual ~Query() = default;
  };
  using Done = absl::AnyInvocable<void(const Answer&)>;
  static constexpr Nanos kAnyAge = Nanos::max();

  // `loop` outlives the resolver.
  explicit DnsResolver(Loop& loop);
  DnsResolver(Loop& loop, Options options);
  ~DnsResolver();  // cancels all queries

  // Calls `done` once, never from inside the call. An answer that still holds is given again if it is younger
  // than `max_age`; then its ttl is what is left of it.
  std::unique_ptr<Query> Resolve(const std::string& host, Done done, Nanos max_age = kAnyAge);
  // The SRV records of `name`.
  std::unique_ptr<Query> ResolveServices(const std::string& name, Done done, Nanos max_age = kAnyAge);

  // As Options::servers. Names under way are asked for again.
  void SetServers(const std::string& servers);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_DNS_H_
