#include "proxy/balance/p2c.h"

#include <algorithm>
#include <utility>

namespace heddle {

void P2c::Set(std::vector<EndpointPool*> endpoints) {
  endpoints_ = std::move(endpoints);
  std::stable_sort(endpoints_.begin(), endpoints_.end(),
                   [](const EndpointPool* a, const EndpointPool* b) { return a->weight() < b->weight(); });
  classes_.clear();
  double sum = 0;
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    const double weight = endpoints_[i]->weight();
    if (i == 0 || weight != endpoints_[i - 1]->weight()) classes_.push_back({i, 0, 0});
    ++classes_.back().size;
    classes_.back().until = sum += weight;
  }
}

const P2c::Class& P2c::DrawClass() {
  if (classes_.size() == 1) return classes_[0];
  const double at = random_.Unit() * classes_.back().until;
  return *std::upper_bound(classes_.begin(), classes_.end() - 1, at,
                           [](double value, const Class& each) { return value < each.until; });
}

EndpointPool* P2c::PickFrom(const Class& from, Nanos now) {
  if (from.size == 1) return endpoints_[from.begin];
  const auto size = static_cast<uint32_t>(from.size);
  const uint32_t first = random_.Below(size);
  uint32_t second = random_.Below(size);
  // The same one twice: its neighbour, so that two are always compared.
  if (second == first) second = (first + 1) % size;
  EndpointPool* a = endpoints_[from.begin + first];
  EndpointPool* b = endpoints_[from.begin + second];
  if (b->available(now) && (!a->available(now) || b->outstanding() < a->outstanding())) return b;
  return a;
}

EndpointPool* P2c::Pick(Nanos now) {
  if (endpoints_.size() <= 1) return endpoints_.empty() ? nullptr : endpoints_[0];
  EndpointPool* picked = PickFrom(DrawClass(), now);
  if (picked->available(now)) return picked;
  const auto size = static_cast<uint32_t>(endpoints_.size());
  const uint32_t first = random_.Below(size);
  for (uint32_t i = 0; i < size; ++i) {
    EndpointPool* other = endpoints_[(first + i) % size];
    if (other->available(now)) return other;
  }
  return picked;
}

}  // namespace heddle
