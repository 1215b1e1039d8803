// The clients of one worker: those that its routes lead to, and, up to a limit, those that they led to not
// long ago, whose connections are still good.
#ifndef HEDDLE_PROXY_ROUTE_CLIENT_CACHE_H_
#define HEDDLE_PROXY_ROUTE_CLIENT_CACHE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "lib/base/random.h"
#include "proxy/balance/client.h"
#include "proxy/route/by_prefix.h"
#include "proxy/route/cache_stats.h"
#include "proxy/route/route_config.h"

namespace heddle {

// Loop thread only, but for construction and destruction. Outlived by all it is given.
class ClientCache {
 public:
  // `router`: rt/<label>. Counts in bindcache/client.
  ClientCache(Loop& loop, const ByPrefix<ClientConfig>& clients, const RouteConfig& config,
              const Scope& router, uint64_t seed);
  ~ClientCache();  // REQUIRES: no exchange is under way
  ClientCache(const ClientCache&) = delete;
  ClientCache& operator=(const ClientCache&) = delete;

  // The client, held once more; a new one is configured as its bound name says. While it is held its
  // endpoints are followed: Update tells of every change.
  Client* Hold(const std::string& id);
  // Held once less; last used at `last_used`.
  void Release(Client& client, Nanos last_used);

  // Its endpoints have changed. False if nobody holds such a client.
  bool Update(const std::string& id, const Addr& addr);
  // Update, if nothing is known of its endpoints yet. REQUIRES: it is held.
  void Learn(const std::string& id, const Addr& addr);

  // Changes whenever a client has got its first endpoint or lost its last.
  const uint64_t& presence() const { return presence_; }

  // Closes idle connections; forgets clients that are not held and were not used for long.
  void Sweep(Nanos now);

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::unique_ptr<Client> client;
    size_t holds = 0;
    Nanos last_used{0};
    std::list<Entry*>::iterator place;  // in unheld_ while holds is 0
  };
  void Apply(Client& client, const Addr& addr);
  void Trim();
  void Erase(Entry& entry);

  Loop& loop_;
  const ByPrefix<ClientConfig>& configs_;
  const RouteConfig& config_;
  const Scope scope_;  // rt/<label>/client
  Random random_;
  uint64_t presence_ = 0;
  CacheStats stats_;
  absl::flat_hash_map<std::string, std::unique_ptr<Entry>> entries_;
  std::list<Entry*> unheld_;  // the one let go last first
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_CLIENT_CACHE_H_
