// Runs the traffic shifts of the store: those that this namerd was asked for, those that it finds when it
// starts, and those whose namerd has gone.
//
// Every transition is one compare-and-set write of the shift's document, so that of several namerds over one
// store one makes it; a lease in the document keeps the others from trying. Each step is one compare-and-set
// write of the dtab that changes the rule's destination and nothing else.
#ifndef HEDDLE_NAMERD_SHIFT_SHIFTS_H_
#define HEDDLE_NAMERD_SHIFT_SHIFTS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/shift/shift.h"

namespace heddle::namerd {

enum class ShiftAction {
  kPromote,      // from waiting or paused: on to the next step; from dwelling: without the rest of the dwell
  kPromoteFull,  // straight to the end, without further gates
  kPause,        // stays at the present weights, not judged
  kResume,       // from paused: dwells anew
  kAbort,        // the exact original rule, at once
};

// All calls on the loop that owns the namespaces.
class Shifts {
 public:
  using ShiftPtr = std::shared_ptr<const Shift>;  // null: there has been none
  template <class T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  // How long a shift with abort_on_disconnect may be without somebody who attends, also after a restart.
  static constexpr Millis kAttendGrace{5000};
  // How long an answer to a collection of traffic is waited for.
  static constexpr Millis kCollectLimit{2000};
  static constexpr size_t kMaxRunning = 1000;

  // All outlive it. `driver`: what this namerd is called in documents; the same after a restart if no other
  // process can have the store open, so that it goes on with its own at once. Takes up what it finds.
  Shifts(Loop& loop, Namespaces& namespaces, Fleet& fleet, TrafficBook& traffic, std::string driver);
  ~Shifts();  // as Stop
  Shifts(const Shifts&) = delete;
  Shifts& operator=(const Shifts&) = delete;

  // Drives nothing any more: shifts under way stay as they are stored, for whoever takes them up. For the end
  // of namerd, when those who follow it go and prove nothing by that. There are no shifts from then on.
  void Stop();

  // Begins a shift; `done` gets it once it is stored. Errors: InvalidArgument (CheckPlan), NotFound (no dtab,
  // or no rule with that prefix), FailedPrecondition (the rule does not lead to plan.from), AlreadyExists (a
  // shift of this rule is under way), Unavailable (kMaxRunning), and those of Store::Put.
  void Start(ShiftPlan plan, Change change, Done<ShiftPtr> done);

  // `done` gets the shift once the action is stored; an abort still has to be written to the dtab then.
  // NotFound: no such shift; FailedPrecondition: it is over, or its phase does not allow the action (the
  // message says which do).
  void Act(const std::string& ns, const std::string& prefix, ShiftAction action, Change change,
           Done<ShiftPtr> done);

  // The latest shift of each rule, by namespace and prefix; and of one rule, with what is not stored kept up
  // to date (about once a second while it dwells).
  std::shared_ptr<Watch<std::vector<ShiftPtr>>> All();
  std::shared_ptr<Watch<ShiftPtr>> Of(const std::string& ns, const std::string& prefix);

  // The shifts of a rule, newest first, each as it ended (or stands), at most `limit`. NotFound if there
  // never was one.
  void History(const std::string& ns, const std::string& prefix, size_t limit,
               Done<std::vector<ShiftPtr>> done);

  // Somebody follows the shift until the subscription ends: for abort_on_disconnect.
  Subscription Attend(const std::string& ns, const std::string& prefix);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_SHIFTS_H_
