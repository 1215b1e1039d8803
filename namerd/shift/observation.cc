#include "namerd/shift/observation.h"

#include <algorithm>
#include <utility>

namespace heddle::namerd {
namespace {

constexpr Millis kTrafficLook{1000};
// For what a name leads to: what discovery does not answer by then is left out.
constexpr Millis kSplitLimit{1000};

}  // namespace

Observation::Observation(Loop& loop, Namespaces& namespaces, const TrafficBook& book, Collector& collector,
                         const ShiftPlan& plan, Seen seen)
    : loop_(loop),
      namespaces_(namespaces),
      book_(book),
      collector_(collector),
      plan_(plan),
      seen_(std::move(seen)),
      again_(loop, [this] { Collect(); }) {
  Renew();
  Collect();
}

void Observation::Renew() {
  start_.reset();
  ends_ = loop_.clock().Now() + plan_.dwell;
  ends_ms_ = (loop_.clock().WallNow() + plan_.dwell) / Millis(1);
}

void Observation::Collect() {
  collecting_ = collector_.Collect([this] { OnCollected(); });
}

void Observation::OnCollected() {
  TrafficBook::Rows totals = book_.Totals(plan_.ns);
  if (!start_.has_value()) {
    start_ = std::move(totals);
    return OnSplit({});
  }
  const auto dtab = namespaces_.store().WatchDocument(DocumentKind::kDtab, plan_.ns);
  const std::string text = dtab->Get().has_value() ? dtab->Get()->value : "";
  splitting_ = SplitBySide(loop_, namespaces_, plan_, text, Since(totals, *start_), kSplitLimit,
                           [this](const SideCounts& counts) { OnSplit(counts); });
}

void Observation::OnSplit(const SideCounts& counts) {
  const Nanos left = ends_ - loop_.clock().Now();
  again_.Start(left > Nanos(0) ? std::min<Nanos>(left, kTrafficLook) : Nanos(kTrafficLook));
  seen_({Summarize(counts.from), Summarize(counts.to)}, left <= Nanos(0));
}

}  // namespace heddle::namerd
