// The traffic of the last minute, by the second. For traffic_book.cc alone.
#ifndef HEDDLE_NAMERD_FLEET_RECENT_TRAFFIC_H_
#define HEDDLE_NAMERD_FLEET_RECENT_TRAFFIC_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lib/base/clock.h"
#include "lib/stats/traffic_row.h"

namespace heddle::namerd {

// Adds to a kind's count; beyond `max_kinds` kinds, to that of "other".
void AddFailures(std::map<std::string, uint64_t>& to, const std::string& kind, uint64_t count,
                 size_t max_kinds);

// Keys are the caller's: one pointer a row, until Forget. Times are the loop's.
class RecentTraffic {
 public:
  struct Limits {
    Millis window;
    size_t max_bytes;  // beyond, the earliest seconds go
    size_t max_kinds;  // of failures, a row and second
  };
  RecentTraffic(Limits limits, Nanos now) : limits_(limits), known_since_(now) {}

  void Add(const TrafficKey* key, const TrafficCounts& counts, Nanos at, Nanos now);
  void Forget(const TrafficKey* key);

  // Namespace `ns` in the last `window`, by service and client.
  using Rows = std::map<std::pair<std::string, std::string>, TrafficCounts>;
  Rows Of(const std::string& ns, Millis window, Nanos now) const;
  Millis Covers(Millis window, Nanos now) const;

 private:
  // TrafficCounts with few buckets: what one second holds.
  struct Counts {
    void Add(const TrafficCounts& more, size_t max_kinds);
    void AddTo(TrafficCounts& to) const;
    size_t bytes() const;

    uint64_t requests = 0;
    uint64_t successes = 0;
    uint64_t latency_sum = 0;
    std::map<std::string, uint64_t> failures;
    std::vector<std::pair<uint32_t, uint64_t>> latency;  // bucket and count, by bucket
  };
  struct Second {
    int64_t number;  // of the loop's time
    size_t bytes = 0;
    absl::flat_hash_map<const TrafficKey*, Counts> rows{};
  };

  // Null if it is too long ago.
  Second* At(int64_t number, Nanos now);
  void DropEarliest();
  int64_t FirstOf(Millis window, Nanos now) const;

  const Limits limits_;
  Nanos known_since_;           // nothing earlier is kept, or was
  std::deque<Second> seconds_;  // that have rows, the earliest first
  size_t bytes_ = 0;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_RECENT_TRAFFIC_H_
