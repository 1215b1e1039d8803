#include "namerd/shift/collector.h"

#include <utility>

#include "namerd/shift/shifts.h"

namespace heddle::namerd {
namespace {

constexpr Millis kPause{250};

}  // namespace

Collector::Collector(Loop& loop, TrafficBook& book)
    : book_(book), pause_(loop, [this] {
        if (!next_.empty()) Begin();
      }) {}

Subscription Collector::Collect(std::function<void()> done) {
  const auto waiter = std::make_shared<std::function<void()>>(std::move(done));
  next_.push_back(waiter);
  if (asking_.empty() && !pause_.running()) Begin();
  return Subscription([waiter] { *waiter = nullptr; });
}

void Collector::Begin() {
  asking_.swap(next_);
  collecting_ = book_.Collect(Shifts::kCollectLimit, [this](const auto& /*missing*/) { OnCollected(); });
}

void Collector::OnCollected() {
  pause_.Start(kPause);
  for (const Waiter& waiter : std::exchange(asking_, {})) {
    if (const auto done = std::exchange(*waiter, nullptr)) done();
  }
}

}  // namespace heddle::namerd
