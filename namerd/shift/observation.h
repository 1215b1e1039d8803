// What the two sides of a shift did from a moment on, looked at about once a second.
#ifndef HEDDLE_NAMERD_SHIFT_OBSERVATION_H_
#define HEDDLE_NAMERD_SHIFT_OBSERVATION_H_

#include <functional>
#include <optional>

#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/shift/collector.h"
#include "namerd/shift/plan.h"
#include "namerd/shift/shift.h"
#include "namerd/shift/sides.h"

namespace heddle::namerd {

// Loop thread only. Ends when it is destroyed (not inside `seen`).
class Observation {
 public:
  // `length_over`: the window has had its length.
  using Seen = std::function<void(const ShiftTraffic& traffic, bool length_over)>;

  // The window begins now and lasts for plan.dwell at least: `seen` is called every second or so, promptly at
  // its end, and on after it. All outlive it.
  Observation(Loop& loop, Namespaces& namespaces, const TrafficBook& book, Collector& collector,
              const ShiftPlan& plan, Seen seen);

  // A new window of the same length begins with the next look.
  void Renew();
  // Of the wall clock, milliseconds.
  int64_t ends_ms() const { return ends_ms_; }

 private:
  void Collect();
  void OnCollected();
  void OnSplit(const SideCounts& counts);

  Loop& loop_;
  Namespaces& namespaces_;
  const TrafficBook& book_;
  Collector& collector_;
  const ShiftPlan plan_;
  const Seen seen_;
  Nanos ends_{0};  // of the loop's clock
  int64_t ends_ms_ = 0;
  std::optional<TrafficBook::Rows> start_;  // what there was before; once it is collected
  Subscription collecting_, splitting_;
  Timer again_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_OBSERVATION_H_
