// The counters of one of Linkerd's binding caches: rt/<router>/bindcache/<cache>/....
#ifndef HEDDLE_PROXY_ROUTE_CACHE_STATS_H_
#define HEDDLE_PROXY_ROUTE_CACHE_STATS_H_

#include "lib/stats/metrics_tree.h"

namespace heddle {

// One thread's.
struct CacheStats {
  explicit CacheStats(const Scope& scope)
      : set(scope),
        misses(set.AddCounter({"misses"})),
        evicts(set.AddCounter({"evicts"})),
        expires(set.AddCounter({"expires"})),
        oneshots(set.AddCounter({"oneshots"})) {}

  MetricSet set;
  Counter& misses;
  Counter& evicts;
  Counter& expires;
  Counter& oneshots;  // came when everything in the cache was in use
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_CACHE_STATS_H_
