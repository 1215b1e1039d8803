// Those who wait until the fleet runs a version. For fleet.cc alone.
#ifndef HEDDLE_NAMERD_FLEET_WAITS_H_
#define HEDDLE_NAMERD_FLEET_WAITS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/naming/interpreter.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/convergence.h"

namespace heddle::namerd {

// True if a proxy that runs `applied` runs `version` or a later one.
inline bool Reached(DtabVersion applied, DtabVersion version) {
  return applied.epoch == version.epoch && applied.revision >= version.revision;
}

// Each wait knows only how many proxies are behind, so that an acknowledgement costs the same in a fleet of
// any size. One loop.
class Waits {
 public:
  // Counts anew; called when a wait is over.
  using Progress = std::function<Convergence(const std::string& ns, DtabVersion version)>;
  using Done = std::function<void(const Convergence&)>;

  Waits(Loop& loop, Progress progress);
  ~Waits();
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;

  // As Fleet::Await.
  Subscription Add(const std::string& ns, DtabVersion version, Millis limit, Done done);

  // For `time` no wait ends but by its limit.
  void Hold(Millis time) { hold_.Start(time); }

  // A proxy's state in `ns` has changed: what it ran and runs now, nullopt where it does not follow it.
  // Called when the fleet's own state has changed. `lost`: it stopped following because its stream ended.
  void Changed(const std::string& ns, const std::string& proxy, std::optional<DtabVersion> before,
               std::optional<DtabVersion> after, bool lost = false);

 private:
  struct Wait;
  using Table = std::multimap<std::string, std::shared_ptr<Wait>>;  // by namespace
  // If nobody is behind, fixes the outcome and has it told later.
  void SettleIfOver(const std::shared_ptr<Wait>& wait);
  void Tell(Wait& wait);

  Loop& loop_;
  const Progress progress_;
  Table waits_;
  Timer hold_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_WAITS_H_
