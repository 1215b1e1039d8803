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
#include "lib/naming/interpreter.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/convergence.h"
#include "namerd/fleet/names_in_use.h"

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
    // How long the proxy took to acknowledge `applied`, from OnVersion; nullopt if that is not known.
    std::optional<Millis> took;
  };
  ProxyInfo info;
  bool connected = true;
  int64_t since_ms = 0;  // wall clock: connected, or gone, since then
  std::map<std::string, Namespace> namespaces;
  std::string last_error;  // the latest that the proxy could not use, with the reason
};

// All calls on one loop.
class Fleet {
 public:
  // Proxies that have gone are remembered, the latest kMaxGone of them, for kRememberGone.
  static constexpr size_t kMaxGone = 256;
  static constexpr Millis kRememberGone = std::chrono::hours(1);

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
    void Rejected(std::string error);
    // The proxy does not follow `ns` any more.
    void Left(const std::string& ns);

   private:
    friend class Fleet;
    Handle(Fleet& fleet, std::string id, uint64_t stream)
        : fleet_(fleet), id_(std::move(id)), stream_(stream) {}
    // Null if a newer stream has taken the proxy's place.
    FleetMember* member() const;

    Fleet& fleet_;
    const std::string id_;
    const uint64_t stream_;
  };

  // The loop outlives the fleet.
  explicit Fleet(Loop& loop) : loop_(loop), clock_(loop.clock()) {}

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
  // `version` of `ns` is stored: what lags are counted from. In order.
  void OnVersion(const std::string& ns, DtabVersion version);

  // {"connected": n, "namesInUse": {"internal": 12}, "proxies": [{"id", "node", "version", "peer",
  // "connected", "sinceMs", "startedMs", "namespaces":
  // {"internal": {"synced": {"epoch", "revision"}, "applied": {...}}}, "lastError"}]}
  std::string StateJson(const NamesInUse& in_use) const;

 private:
  struct Entry {
    FleetMember member;
    uint64_t stream;  // whose word counts
  };
  int64_t NowMs() const { return clock_.WallNow() / Millis(1); }
  void Gone(const std::string& id, uint64_t stream);
  void ForgetOld();

  Loop& loop_;
  const Clock& clock_;
  uint64_t next_stream_ = 1;
  std::map<std::string, Entry> entries_;
  std::list<std::string> gone_;  // the ids of those that have gone, the earliest first
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_FLEET_H_
