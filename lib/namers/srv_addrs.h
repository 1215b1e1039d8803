// The endpoints of one service by its SRV records. For lib/namers alone.
#ifndef HEDDLE_LIB_NAMERS_SRV_ADDRS_H_
#define HEDDLE_LIB_NAMERS_SRV_ADDRS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/backoff.h"
#include "lib/event/timer.h"
#include "lib/namers/dns_servers.h"
#include "lib/namers/host_addrs.h"
#include "lib/namers/name_health.h"
#include "lib/namers/srv_choice.h"
#include "lib/watch/watch.h"

namespace heddle {

// Linkerd's names, beside those that every namer has.
struct SrvStats {
  explicit SrvStats(const Scope& scope);
  MetricSet set;
  Counter& successes;
  Counter& failures;
  Counter& zero_results;
  Counter& unexpected;
  Counter& unknown_hosts;
  Histogram& latency;
};

// What the services of one namer share. Loop thread only.
struct SrvContext {
  Loop& loop;
  Nanos refresh;
  std::shared_ptr<HostAddrs> own;       // asks the namer's servers
  std::shared_ptr<HostAddrs> machine;   // asks the machine's; the same if the namer has none of its own
  std::unique_ptr<DnsServers> servers;  // null if the machine's
  NamerStats stats;
  SrvStats srv_stats;
};

// Asked for while somebody subscribes, every `refresh`. Absent if there are no records, or none of their
// targets has an address; an error keeps the last known.
class SrvAddrs : public Watch<Addr> {
 public:
  SrvAddrs(std::shared_ptr<SrvContext> context, std::string name);

  const NameHealth* health() const { return health_ ? &*health_ : nullptr; }
  // The servers have become known, or others.
  void OnServers();

 protected:
  void OnFirstSubscriber() override;
  void OnLastUnsubscribed() override;

 private:
  struct Target {
    SrvRecord record;
    std::shared_ptr<Watch<Addr>> addr;
    Subscription subscription;
  };

  void Resolve();
  void Take(const DnsResolver::Answer& answer);
  void Fail(const absl::Status& error);
  void Follow(const std::vector<SrvRecord>& records);
  std::shared_ptr<Watch<Addr>> AddressesOf(const SrvRecord& record);
  void Combine();
  void Set(Addr addr);

  const std::shared_ptr<SrvContext> context_;
  const std::string name_;
  JitteredBackoff backoff_;
  Timer timer_;
  Nanos asked_{0};
  std::unique_ptr<DnsResolver::Query> query_;
  std::optional<NameHealth> health_;  // while it is followed
  std::vector<Target> targets_;
  bool following_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_SRV_ADDRS_H_
