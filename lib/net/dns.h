// Host names to addresses, asynchronously, on a loop. Honours /etc/hosts, /etc/resolv.conf, search domains
// and ndots; localhost is the loopback addresses (RFC 6761). Built on c-ares: getaddrinfo would need threads
// and hides the time to live.
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

namespace heddle {

// Loop thread only. One for a loop: it keeps its sockets.
class DnsResolver {
 public:
  struct Options {
    std::string servers;   // "10.0.0.2:53,10.0.0.3"; empty: those of /etc/resolv.conf
    Millis timeout{2000};  // of the first try; later tries wait longer
    int tries = 3;
  };
  struct Answer {
    std::vector<SocketAddress> addresses;  // all A and AAAA, sorted, without duplicates, port 0; never empty
    std::chrono::seconds ttl{0};           // the lowest; 0 for /etc/hosts, localhost and literal addresses
  };
  // Cancels the query when destroyed; then its callback is not called.
  class Query {
   public:
    virtual ~Query() = default;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<Answer>)>;

  // `loop` outlives the resolver.
  explicit DnsResolver(Loop& loop);
  DnsResolver(Loop& loop, Options options);
  ~DnsResolver();  // cancels all queries

  // Calls `done` once, never from inside Resolve: NotFound (no such name, or it has no address),
  // InvalidArgument (not a host name), Unavailable (the servers fail, refuse or cannot be reached),
  // DeadlineExceeded (no answer in time).
  std::unique_ptr<Query> Resolve(const std::string& host, Done done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_DNS_H_
