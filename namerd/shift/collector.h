// Collections of traffic that the shifts of one namerd share: each asks every proxy, and many shifts are not
// to ask them many times a second.
#ifndef HEDDLE_NAMERD_SHIFT_COLLECTOR_H_
#define HEDDLE_NAMERD_SHIFT_COLLECTOR_H_

#include <functional>
#include <memory>
#include <vector>

#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/traffic_book.h"

namespace heddle::namerd {

// Loop thread only.
class Collector {
 public:
  // Both outlive it.
  Collector(Loop& loop, TrafficBook& book);

  // Calls `done` once, never inside the call, when the proxies' counts from before this call are in the book,
  // or have been waited for long enough; unless the subscription ends before. `done` may end it.
  Subscription Collect(std::function<void()> done);

 private:
  using Waiter = std::shared_ptr<std::function<void()>>;
  void Begin();
  void OnCollected();

  TrafficBook& book_;
  std::vector<Waiter> asking_, next_;  // of the collection under way, and of the one after it
  Subscription collecting_;
  Timer pause_;  // between two
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_COLLECTOR_H_
