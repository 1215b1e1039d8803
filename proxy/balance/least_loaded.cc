#include "proxy/balance/least_loaded.h"

#include <utility>

namespace heddle {
namespace {

bool Before(EndpointPool& a, EndpointPool& b) {
  if (a.pending() != b.pending()) return a.pending() < b.pending();
  return a.note().turn < b.note().turn;
}

}  // namespace

void LeastLoaded::Set(std::vector<EndpointPool*> endpoints) {
  ObservingChooser::Set(std::move(endpoints));
  for (size_t i = 0; i < endpoints_.size(); ++i) endpoints_[i]->note().place = i;
  for (size_t i = endpoints_.size() / 2; i-- > 0;) Sink(i);
}

EndpointPool* LeastLoaded::Choose(Nanos now, bool any) {
  EndpointPool* best = endpoints_[0];
  if (best->usable(now, any)) return best;
  bool found = false;
  for (EndpointPool* each : endpoints_) {
    if (!each->usable(now, any) || (found && !Before(*each, *best))) continue;
    found = true;
    best = each;
  }
  return best;
}

void LeastLoaded::OnBegin(EndpointPool& pool, Nanos) {
  pool.note().turn = ++turn_;
  Sink(pool.note().place);
}

void LeastLoaded::Put(EndpointPool* pool, size_t at) {
  endpoints_[at] = pool;
  pool->note().place = at;
}

void LeastLoaded::Rise(size_t at) {
  EndpointPool* const pool = endpoints_[at];
  while (at > 0 && Before(*pool, *endpoints_[(at - 1) / 2])) {
    Put(endpoints_[(at - 1) / 2], at);
    at = (at - 1) / 2;
  }
  Put(pool, at);
}

void LeastLoaded::Sink(size_t at) {
  EndpointPool* const pool = endpoints_[at];
  while (true) {
    size_t child = 2 * at + 1;
    if (child >= endpoints_.size()) break;
    if (child + 1 < endpoints_.size() && Before(*endpoints_[child + 1], *endpoints_[child])) ++child;
    if (!Before(*endpoints_[child], *pool)) break;
    Put(endpoints_[child], at);
    at = child;
  }
  Put(pool, at);
}

}  // namespace heddle
