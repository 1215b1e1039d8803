#include "proxy/balance/balancer.h"

#include <algorithm>
#include <map>
#include <utility>

namespace heddle {
namespace {

// While many are taken out, they are counted no more often.
constexpr Millis kCountEvery{100};

}  // namespace

Balancer::Balancer(const BalancerConfig& config, ClientStats& stats, uint64_t seed)
    : config_(config), stats_(stats), random_(seed) {}

Balancer::~Balancer() = default;

void Balancer::Set(std::vector<EndpointPool*> endpoints) {
  for (EndpointPool* pool : endpoints_) pool->set_observer(nullptr);
  endpoints_ = std::move(endpoints);
  std::map<double, std::vector<EndpointPool*>> by_weight;
  for (EndpointPool* pool : endpoints_) by_weight[pool->weight()].push_back(pool);
  std::vector<Class> classes;
  double until = 0;
  for (auto& [weight, members] : by_weight) {
    const double share = weight * static_cast<double>(members.size());
    until += share;
    const auto known = std::find_if(classes_.begin(), classes_.end(),
                                    [w = weight](const Class& each) { return each.weight == w; });
    std::unique_ptr<Chooser> chooser =
        known == classes_.end() ? MakeChooser(config_, random_) : std::move(known->chooser);
    chooser->Set(std::move(members));
    classes.push_back({weight, share, until, 0, std::move(chooser)});
  }
  classes_ = std::move(classes);
  panicking_ = false;
  count_again_at_ = Nanos(0);
}

Balancer::Class& Balancer::DrawClass() {
  if (config_.kind == BalancerConfig::Kind::kRoundRobin) return NextClass();
  const double at = random_.Unit() * classes_.back().until;
  return *std::upper_bound(classes_.begin(), classes_.end() - 1, at,
                           [](double value, const Class& each) { return value < each.until; });
}

// Smooth: over any stretch of picks, each class comes as often as its share says, give or take one.
// Source: nginx's smooth weighted round robin.
Balancer::Class& Balancer::NextClass() {
  Class* next = &classes_[0];
  for (Class& each : classes_) {
    each.credit += each.share;
    if (each.credit > next->credit) next = &each;
  }
  next->credit -= classes_.back().until;
  return *next;
}

size_t Balancer::CountAvailable(Nanos now) {
  const auto available =
      static_cast<size_t>(std::count_if(endpoints_.begin(), endpoints_.end(),
                                        [now](const EndpointPool* pool) { return pool->available(now); }));
  panicking_ =
      static_cast<double>(available) < config_.panic_threshold * static_cast<double>(endpoints_.size());
  count_again_at_ = now + kCountEvery;
  return available;
}

EndpointPool* Balancer::PickAgain(Chooser& chooser, Nanos now) {
  if (now >= count_again_at_) CountAvailable(now);
  const bool any = panicking_;
  if (any) stats_.panicked.Increment();
  for (uint32_t i = 0; i < config_.max_effort; ++i) {
    EndpointPool* picked = chooser.Choose(now, any);
    if (picked->usable(now, any)) return picked;
  }
  stats_.max_effort_exhausted.Increment();
  const auto size = static_cast<uint32_t>(endpoints_.size());
  const uint32_t first = random_.Below(size);
  EndpointPool* best = nullptr;
  for (uint32_t i = 0; i < size; ++i) {
    EndpointPool* each = endpoints_[(first + i) % size];
    if (each->usable(now, any) && (best == nullptr || each->pending() < best->pending())) best = each;
  }
  return best != nullptr ? best : chooser.Choose(now, /*any=*/true);
}

const char* AlgorithmName(BalancerConfig::Kind kind) {
  switch (kind) {
    case BalancerConfig::Kind::kP2c:
      break;
    case BalancerConfig::Kind::kEwma:
      return "p2c_peak_ewma";
    case BalancerConfig::Kind::kAperture:
      return "aperture_least_loaded";
    case BalancerConfig::Kind::kHeap:
      return "heap_least_loaded";
    case BalancerConfig::Kind::kRoundRobin:
      return "round_robin";
  }
  return "p2c_least_loaded";
}

}  // namespace heddle
