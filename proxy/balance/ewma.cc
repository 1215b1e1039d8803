#include "proxy/balance/ewma.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle {
namespace {

// Of an endpoint that has not answered yet, while it has something to answer: any other is better.
constexpr auto kPenalty = static_cast<double>(std::numeric_limits<int64_t>::max() >> 16);

}  // namespace

// Observations come at uneven intervals: the longer the time since the last, the less that counts.
// Source: A. Eckner, "Algorithms for Unevenly Spaced Time Series: Moving Averages and Other Rolling
// Operators".
void Ewma::Observe(BalancerNote& note, Nanos now, double latency) const {
  if (latency > note.cost || note.cost_at < Nanos(0)) {
    note.cost = latency;
  } else {
    const auto passed = static_cast<double>((now - note.cost_at).count());
    const double tau = static_cast<double>(Nanos(config_.decay_time).count());
    const double kept = std::exp(-std::max(passed, 0.0) / tau);
    note.cost = latency * (1 - kept) + note.cost * kept;
  }
  note.cost_at = std::max(now, note.cost_at);
}

double Ewma::Load(EndpointPool& pool, Nanos now) const {
  BalancerNote& note = pool.note();
  if (note.cost_at != now) Observe(note, now, 0);
  const auto pending = static_cast<double>(pool.pending());
  return note.cost == 0 && pending > 0 ? kPenalty + pending : note.cost * (pending + 1);
}

EndpointPool* Ewma::Choose(Nanos now, bool any) {
  return BetterOfTwo(endpoints_, static_cast<uint32_t>(endpoints_.size()), random_, now, any,
                     [&](EndpointPool& pool) { return Load(pool, now); });
}

}  // namespace heddle
