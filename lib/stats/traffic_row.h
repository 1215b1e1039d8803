// What one client did for one service in some time: the unit of traffic reports (ServiceTraffic in
// proto/mesh.proto), of the API's traffic pages and of a shift's gates.
#ifndef HEDDLE_LIB_STATS_TRAFFIC_ROW_H_
#define HEDDLE_LIB_STATS_TRAFFIC_ROW_H_

#include <cstdint>
#include <map>
#include <string>

#include "lib/stats/histogram.h"

namespace heddle {

// Counts of attempts at a client, as its response classifier judges them. Values; added up over workers,
// proxies and time.
struct TrafficCounts {
  uint64_t requests = 0;  // that are over: successes and failures
  uint64_t successes = 0;
  std::map<std::string, uint64_t> failures;  // by kind: an exception's name as in the metrics (RequestStats)
  HistogramSnapshot latency;                 // microseconds, of all requests

  void Add(const TrafficCounts& other) {
    requests += other.requests;
    successes += other.successes;
    for (const auto& [kind, count] : other.failures) failures[kind] += count;
    latency.Merge(other.latency);
  }
  // What came after `earlier`, a state of the same counts.
  TrafficCounts Since(const TrafficCounts& earlier) const {
    TrafficCounts since;
    since.requests = requests - earlier.requests;
    since.successes = successes - earlier.successes;
    for (const auto& [kind, count] : failures) {
      const auto before = earlier.failures.find(kind);
      const uint64_t more = before == earlier.failures.end() ? count : count - before->second;
      if (more > 0) since.failures[kind] = more;
    }
    since.latency = latency.Since(earlier.latency);
    return since;
  }
  // 1 if there was no request.
  double SuccessRate() const {
    return requests == 0 ? 1.0 : static_cast<double>(successes) / static_cast<double>(requests);
  }
};

// Whose counts: names as they are shown ("/svc/web", "/#/io.l5d.fs/web-v1").
struct TrafficKey {
  std::string ns;
  std::string service;  // logical name
  std::string client;   // bound name
  friend auto operator<=>(const TrafficKey&, const TrafficKey&) = default;
};

struct TrafficRow {
  TrafficKey key;
  TrafficCounts counts;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_STATS_TRAFFIC_ROW_H_
