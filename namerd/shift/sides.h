// Which clients are the old side of a shift, and which the new one, name by name: what a logical name leads
// to with the rule set to `from` and what with `to`, now and by name alone, so that a client whose endpoints
// have gone keeps its side. A client that both lead to is neither.
#ifndef HEDDLE_NAMERD_SHIFT_SIDES_H_
#define HEDDLE_NAMERD_SHIFT_SIDES_H_

#include <functional>
#include <string>
#include <vector>

#include "lib/event/loop.h"
#include "lib/stats/traffic_row.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/shift/plan.h"

namespace heddle::namerd {

struct SideCounts {
  TrafficCounts from, to;
};

// Splits `rows` of namespace plan.ns by the dtab `text` as it stands. A service that none of its rules takes
// counts as the rule's own name, where that has no wildcard. Services that are no path, or that discovery has
// not answered for within `limit`, are left out; all are if `text` is no dtab with the rule. Works on the
// loop a few names a turn; those that cannot come by the rule cost next to nothing. Calls `done` once, never
// inside the call, unless the subscription ends before. `namespaces` outlives it.
Subscription SplitBySide(Loop& loop, Namespaces& namespaces, const ShiftPlan& plan, const std::string& text,
                         TrafficBook::Rows rows, Millis limit, std::function<void(SideCounts)> done);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_SIDES_H_
