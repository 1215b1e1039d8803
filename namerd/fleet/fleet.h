// The fleet: which proxies follow this namerd, and which version of each namespace each of them runs.
#ifndef HEDDLE_NAMERD_FLEET_FLEET_H_
#define HEDDLE_NAMERD_FLEET_FLEET_H_

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/naming/interpreter.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/convergence.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/fleet/version_log.h"
#include "namerd/fleet/waits.h"

namespace heddle::namerd {

// As the proxy says (but for the peer); texts are bounded by the caller.
struct ProxyInfo {
  std::string id;
  std::string node;
  std::string version;
  std::string peer;        // the address it connects from
  int64_t started_ms = 0;  // wall clock
};

// One proxy. Immutable for readers.
struct FleetMember {
  struct Namespace {
    DtabVersion synced;   // sent whole
    DtabVersion applied;  // in force on every worker of the proxy
    // How long the proxy took to acknowledge `applied`: from OnVersion, or from when it came to follow the
    // namespace if that was later. nullopt before the first, and for a version that OnVersion did not tell.
    std::optional<Millis> took;
    Nanos since{0};       // the loop's time: follows the namespace since then
    uint64_t number = 0;  // of `applied`, as the fleet counts the namespace's versions
  };
  // How far behind the namespace's latest version; all 0 when it is not.
  struct Lag {
    uint64_t versions = 0;  // that came later than what it runs, and since it follows the namespace
    Millis time{0};         // since the first of these came, or since it follows
  };
  ProxyInfo info;
  bool connected = true;
  int64_t since_ms = 0;  // wall clock: connected, or gone, since then
  Nanos ended{0};        // the loop's time when it went
  std::map<std::string, Namespace> namespaces;
  std::string last_error;  // the latest that the proxy, or namerd, could not use of what the other sent
};

// All calls on one loop.
class Fleet {
 public:
  // Proxies that have gone are remembered, the latest kMaxGone of them, for kRememberGone.
  static constexpr size_t kMaxGone = 256;
  static constexpr Millis kRememberGone = std::chrono::hours(1);
  // Of these, so many namespaces of each are remembered.
  static constexpr size_t kMaxGoneNamespaces = 100;
  // Changes are told at most this often; what only grows, the lag of a proxy that is behind, so often.
  static constexpr Millis kTellEvery{100};
  static constexpr Millis kLagEvery{1000};

  // A proxy's stream. When the handle goes, the proxy has gone, unless a newer stream of the same id has
  // come. The fleet outlives it.
  class Handle {
   public:
    ~Handle();
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    // The proxy has names in `ns`: from now on it counts in ProgressOf.
    void Follows(const std::string& ns);
    void Synced(const std::string& ns, DtabVersion version);
    // Ignored for a namespace that the proxy does not follow: what a peer says must not fill our memory.
    void Applied(const std::string& ns, DtabVersion version);
    // For the member's last_error.
    void Rejected(std::string error);
    // The proxy does not follow `ns` any more.
    void Left(const std::string& ns);

   private:
    friend class Fleet;
    Handle(Fleet& fleet, std::string id, uint64_t stream)
        : fleet_(fleet), id_(std::move(id)), stream_(stream) {}
    // Null if a newer stream has taken the proxy's place.
    FleetMember* member() const;
    // Null if the proxy does not follow it, too.
    FleetMember::Namespace* following(const std::string& ns) const;

    Fleet& fleet_;
    const std::string id_;
    const uint64_t stream_;
  };

  // The loop outlives the fleet.
  explicit Fleet(Loop& loop);

  std::unique_ptr<Handle> Join(ProxyInfo info);

  // By id: those connected, and those gone that are still remembered.
  std::vector<const FleetMember*> Members() const;

  // How far the connected proxies that follow `ns` are: a proxy counts as applied from `version` on (of the
  // same epoch).
  Convergence ProgressOf(const std::string& ns, DtabVersion version) const;
  // Calls `done` once, never inside the call: when every connected proxy that follows `ns` runs `version` or
  // a later one, or when `limit` has passed, with who is behind then. A proxy that goes meanwhile is not
  // waited for, one that comes is.
  Subscription Await(const std::string& ns, DtabVersion version, Millis limit,
                     std::function<void(const Convergence&)> done);
  // namerd has just come back: proxies that followed it need up to `time` to find it again, and until then
  // nothing is called complete by Await, unless its limit is shorter.
  void ExpectReturns(Millis time) { waits_.Hold(time); }
  // `version` is the latest of `ns` now: what lags are counted from. In order; the same again changes
  // nothing, and nothing is kept of a namespace that no proxy follows.
  void OnVersion(const std::string& ns, DtabVersion version);

  // {0, 0} for a namespace that no proxy follows.
  DtabVersion LatestOf(const std::string& ns) const;
  // Of a member. The time of one that has gone is up to then.
  FleetMember::Lag LagOf(const FleetMember& member, const std::string& ns) const;

  // Counts up when Members() or a lag has changed.
  std::shared_ptr<Watch<uint64_t>> Changes() const { return changes_; }

  // {"connected": n, "proxies": [{"id", "node", "version", "peer", "connected", "sinceMs", "startedMs",
  // "lastError", "namespaces": {"internal": {"applied": {"epoch", "revision"}, "synced": {...}, "latest":
  // {...}, "lagVersions", "lagMs", "tookMs" (if known)}}}]}
  std::string StateJson() const;
  // The same with "namesInUse": {"internal": 12}.
  std::string StateJson(const NamesInUse& in_use) const;

 private:
  struct Entry {
    FleetMember member;
    uint64_t stream = 0;  // whose word counts
  };
  struct Versions {
    VersionLog log;
    size_t members = 0;  // that follow the namespace or, gone, did
  };
  int64_t NowMs() const { return loop_.clock().WallNow() / Millis(1); }
  void Gone(const std::string& id, uint64_t stream);
  // A member has `ns` no more.
  void Unfollow(const std::string& ns);
  void ForgetOld();
  bool AnyLags() const;
  void Changed();
  void TellChange();

  Loop& loop_;
  uint64_t next_stream_ = 1;
  std::map<std::string, Entry> entries_;
  std::list<std::string> gone_;               // the ids of those that have gone, the earliest first
  std::map<std::string, Versions> versions_;  // by namespace
  Waits waits_;
  std::shared_ptr<Source<uint64_t>> changes_ = std::make_shared<Source<uint64_t>>(0);
  Timer tell_;
  bool tell_pending_ = false;  // a change, not a lag that grows
  Nanos told_{0};
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_FLEET_H_
