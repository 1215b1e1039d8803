// Drives one shift that is not over from where its document stands, if this namerd is its driver; waits for
// the lease to run out if it is not.
//
// Whatever happens makes a move, a move is stored, and each stored state is entered alike, whether it was
// stored here, by another namerd, by an action, or before this namerd was started.
#ifndef HEDDLE_NAMERD_SHIFT_SHIFT_RUN_H_
#define HEDDLE_NAMERD_SHIFT_SHIFT_RUN_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/backoff.h"
#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/shift/collector.h"
#include "namerd/shift/moves.h"
#include "namerd/shift/observation.h"
#include "namerd/shift/shift.h"

namespace heddle::namerd {

// What shifts run in.
struct ShiftWorld {
  Loop& loop;
  Namespaces& namespaces;
  Fleet& fleet;
  TrafficBook& traffic;
  Collector& collector;
  const std::string driver;

  int64_t NowMs() const { return loop.clock().WallNow() / Millis(1); }
};

// How long a transition keeps other namerds from taking a shift over. The lease is renewed when half of it
// has passed, for twice the time that the phase has lasted, at most kMaxLease: a shift that waits for days
// is not to fill its history.
inline constexpr Millis kLease{20'000};
inline constexpr Millis kMaxLease{600'000};
// All calls on the loop.
class ShiftRun {
 public:
  using ShiftPtr = std::shared_ptr<const Shift>;

  // `publish` gets the shift with what is not stored, after each Follow and about once a second where that
  // changes. The world outlives it. Does nothing until the first Follow. REQUIRES of every `stored`: it is
  // not over, and is the same shift.
  ShiftRun(const ShiftWorld& world, ShiftPtr stored, size_t followers, std::function<void(ShiftPtr)> publish);
  ~ShiftRun();
  ShiftRun(const ShiftRun&) = delete;
  ShiftRun& operator=(const ShiftRun&) = delete;

  // A version of the document.
  void Follow(ShiftPtr stored);
  void SetFollowers(size_t followers);

 private:
  bool mine() const { return stored_->driver == world_.driver; }
  Store& store() const { return world_.namespaces.store(); }

  // The state that is stored, from its beginning.
  void Enter();
  void Drive();
  void Write();
  void OnWritten(uint64_t state, const absl::StatusOr<Version>& written);
  void Converge();
  void OnTraffic(const ShiftTraffic& traffic, bool length_over);

  void OnDtab();
  bool InConflict();
  void WatchDeadline();
  void WatchFollowers();
  void OnDisconnect();
  // A decision of the deadline's or the followers' kind: not where a conflict is about to be stored.
  void Undo(ShiftPhase end, std::string reason);

  void Move(ShiftMove move);
  // Stores the next move, if there is one, and the lease anew.
  void Save();
  void OnSaved(VersionNumber version, const absl::Status& status);
  void WatchLease();
  void OnLease();
  void Retry(Timer& timer, absl::string_view what, const absl::Status& status);
  void Publish();

  const ShiftWorld& world_;
  const std::function<void(ShiftPtr)> publish_;
  const std::shared_ptr<Watch<std::optional<Version>>> dtab_;
  ShiftPtr stored_;
  size_t followers_;

  uint64_t state_ = 0;  // counts the states that were entered
  std::optional<ShiftMove> next_;
  bool saving_ = false;   // a write of the document is under way
  bool writing_ = false;  // a write of the dtab is
  std::string note_;      // follows the last transition's reason where it is shown
  std::optional<ShiftTraffic> traffic_;
  DtabVersion awaited_;
  JitteredBackoff backoff_;

  Subscription following_dtab_, awaiting_;
  std::unique_ptr<Observation> observation_;
  Timer lease_, deadline_, disconnect_, converging_, save_again_, write_again_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_SHIFT_RUN_H_
