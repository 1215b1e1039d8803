#include "proxy/balance/aperture.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace heddle {

namespace {

constexpr Millis kOrderEvery{100};

}  // namespace

void Aperture::Set(std::vector<EndpointPool*> endpoints) {
  ObservingChooser::Set(std::move(endpoints));
  under_way_ = 0;  // the attempts at endpoints that have gone end unheard
  for (EndpointPool* pool : endpoints_) {
    if (pool->note().turn == 0) pool->note().turn = random_.Next();
    under_way_ += static_cast<int64_t>(pool->pending());
  }
  some_out_ = true;  // for all that is known
  order_again_at_ = Nanos(0);
  const auto size = static_cast<uint32_t>(endpoints_.size());
  width_ = std::clamp(width_, std::min(config_.min_aperture, size), size);
}

EndpointPool* Aperture::Choose(Nanos now, bool any) {
  if (some_out_ && now >= order_again_at_) Order(now);
  const auto draw = [&] {
    return BetterOfTwo(endpoints_, width_, random_, now, any,
                       [](const EndpointPool& pool) { return pool.pending(); });
  };
  EndpointPool* chosen = draw();
  if (some_out_ || any || chosen->available(now)) return chosen;
  Order(now);
  return draw();
}

void Aperture::Order(Nanos now) {
  std::sort(endpoints_.begin(), endpoints_.end(), [now](EndpointPool* a, EndpointPool* b) {
    const bool usable = a->available(now);
    return usable == b->available(now) ? a->note().turn < b->note().turn : usable;
  });
  some_out_ = !endpoints_.back()->available(now);
  order_again_at_ = now + kOrderEvery;
}

void Aperture::Follow(Nanos now, int change) {
  under_way_ += change;
  const auto load = static_cast<double>(under_way_);
  if (load_at_ < Nanos(0)) {
    load_ = load;
  } else {
    const auto passed = static_cast<double>((now - load_at_).count());
    const double kept =
        std::exp(-std::max(passed, 0.0) / static_cast<double>(Nanos(config_.smooth_window).count()));
    load_ = load * (1 - kept) + load_ * kept;
  }
  load_at_ = std::max(now, load_at_);
  const auto size = static_cast<uint32_t>(endpoints_.size());
  const double average = load_ / width_;
  if (average >= config_.high_load && width_ < size) {
    ++width_;
  } else if (average <= config_.low_load && width_ > std::min(config_.min_aperture, size)) {
    --width_;
  }
}

}  // namespace heddle
