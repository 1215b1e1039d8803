// The traffic of the whole fleet: what the proxies report, merged, by service and client.
#ifndef HEDDLE_NAMERD_FLEET_TRAFFIC_BOOK_H_
#define HEDDLE_NAMERD_FLEET_TRAFFIC_BOOK_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/loop.h"
#include "lib/stats/traffic_row.h"
#include "lib/watch/watch.h"

namespace heddle::namerd {

// All calls on one loop. Bounded: at most kMaxRows rows (above, the one longest without a request goes), a
// row without a request for kForget goes, too.
class TrafficBook {
 public:
  static constexpr size_t kMaxRows = 20'000;
  static constexpr Millis kForget = std::chrono::hours(1);
  static constexpr Millis kMaxWindow = std::chrono::seconds(60);
  static constexpr size_t kMaxKinds = 32;
  static constexpr size_t kMaxRecentBytes = 64u << 20;

  // By service and client.
  using Rows = std::map<std::pair<std::string, std::string>, TrafficCounts>;

  // The loop outlives the book.
  explicit TrafficBook(Loop& loop);
  ~TrafficBook();
  TrafficBook(const TrafficBook&) = delete;
  TrafficBook& operator=(const TrafficBook&) = delete;

  // What a proxy has counted since its report before, `covers` ago (0: not known). Of one row's kinds of
  // failures kMaxKinds are told apart, the others are added up as "other". Rows without a request are
  // ignored.
  void Add(const std::vector<TrafficRow>& report, Millis covers = Millis(0));

  // All that was reported about namespace `ns` since namerd started (rows that were forgotten left out): a
  // later call has everything an earlier one had, and more, so that the difference is what came between.
  Rows Totals(const std::string& ns) const;
  // What came in the last `window` (at most kMaxWindow), to a second; a report counts in the middle of what
  // it covers.
  Rows Recent(const std::string& ns, Millis window) const;
  // The time that Recent speaks of: what to divide its counts by for a rate. From `window` to a second more;
  // less if namerd has just started, or the fleet reports more than kMaxRecentBytes in a window.
  Millis RecentCovers(Millis window) const;

  // A proxy that can be asked for a report, while the subscription lives. `ask(id)` is called for each
  // collection. A later Join of the same id takes its place, and is asked for what is under way.
  using Ask = std::function<void(uint64_t id)>;
  Subscription Join(std::string proxy_id, Ask ask);
  // The report that answers `id`, and all that was asked before, is in the book.
  void Answered(const std::string& proxy_id, uint64_t id);

  // Asks every proxy that has joined for what it has not reported yet, and calls `done` once: when all have
  // answered or gone, or when `limit` has passed; `missing` are the ids of those who have not. Never inside
  // the call.
  using Done = std::function<void(const std::vector<std::string>& missing)>;
  Subscription Collect(Millis limit, Done done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// `later` without what `earlier` has, row by row; rows without a request are left out.
TrafficBook::Rows Since(const TrafficBook::Rows& later, const TrafficBook::Rows& earlier);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_TRAFFIC_BOOK_H_
