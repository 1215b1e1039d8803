#include "proxy/balance/p2c.h"

#include <algorithm>
#include <utility>

namespace heddle {

void P2c::Set(std::vector<EndpointPool*> endpoints) {
  endpoints_ = std::move(endpoints);
  cumulative_.clear();
  const bool equal = std::all_of(endpoints_.begin(), endpoints_.end(), [&](const EndpointPool* e) {
    return e->weight() == endpoints_[0]->weight();
  });
  if (equal) return;
  double sum = 0;
  for (const EndpointPool* endpoint : endpoints_) cumulative_.push_back(sum += endpoint->weight());
}

size_t P2c::Draw() {
  if (cumulative_.empty()) return random_.Below(static_cast<uint32_t>(endpoints_.size()));
  const double at = random_.Unit() * cumulative_.back();
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, at);
  return static_cast<size_t>(found - cumulative_.begin());
}

EndpointPool* P2c::Pick(Nanos now) {
  if (endpoints_.empty()) return nullptr;
  if (endpoints_.size() == 1) return endpoints_[0];
  const size_t first = Draw();
  size_t second = Draw();
  // The same one twice: its neighbour, so that two are always compared.
  if (second == first) second = (first + 1) % endpoints_.size();
  EndpointPool* a = endpoints_[first];
  EndpointPool* b = endpoints_[second];
  if (b->available(now) && (!a->available(now) || b->outstanding() < a->outstanding())) std::swap(a, b);
  if (a->available(now)) return a;
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    EndpointPool* other = endpoints_[(first + i) % endpoints_.size()];
    if (other->available(now)) return other;
  }
  return a;
}

}  // namespace heddle
