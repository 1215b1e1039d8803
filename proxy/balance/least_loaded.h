// heap: the endpoint with the fewest attempts under way; of several, the one chosen longest ago.
// Source: com.twitter.finagle.loadbalancer.heap.HeapLeastLoaded.
#ifndef HEDDLE_PROXY_BALANCE_LEAST_LOADED_H_
#define HEDDLE_PROXY_BALANCE_LEAST_LOADED_H_

#include <cstdint>

#include "proxy/balance/observing.h"

namespace heddle {

// A binary heap with the least loaded at the top: choosing is O(1), an attempt's beginning and end O(log n).
// While the top is taken out, choosing is O(n).
class LeastLoaded : public ObservingChooser {
 public:
  void Set(std::vector<EndpointPool*> endpoints) override;
  EndpointPool* Choose(Nanos now, bool any) override;

 private:
  void OnBegin(EndpointPool& pool, Nanos) override;
  void OnEnd(EndpointPool& pool, Nanos, Nanos) override { Rise(pool.note().place); }
  void Rise(size_t at);
  void Sink(size_t at);
  void Put(EndpointPool* pool, size_t at);

  uint64_t turn_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BALANCE_LEAST_LOADED_H_
