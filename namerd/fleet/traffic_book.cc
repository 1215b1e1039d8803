#include "namerd/fleet/traffic_book.h"

#include <list>

#include "namerd/fleet/recent_traffic.h"
#include "namerd/fleet/traffic_collections.h"

namespace heddle::namerd {
namespace {

// No fleet comes there; a sum that a proxy has made up stays far from its end.
constexpr uint64_t kMaxRequests = uint64_t{1} << 60;

// False if a row has been forgotten between `earlier` and `later`, and begun anew.
bool Follows(const TrafficCounts& later, const TrafficCounts& earlier) {
  for (const auto& [kind, count] : earlier.failures) {
    const auto found = later.failures.find(kind);
    if (found == later.failures.end() || found->second < count) return false;
  }
  return later.requests >= earlier.requests && later.successes >= earlier.successes;
}

}  // namespace

struct TrafficBook::Impl {
  struct Row {
    TrafficCounts total;
    Nanos last{0};                                 // with a request
    std::list<const TrafficKey*>::iterator place;  // in `by_use`
  };

  explicit Impl(Loop& on_loop)
      : loop(on_loop),
        recent({kMaxWindow, kMaxRecentBytes, kMaxKinds}, on_loop.Now()),
        collections(on_loop) {}

  void Add(const TrafficRow& row, Nanos at);
  void ForgetOld();

  Loop& loop;
  std::map<TrafficKey, Row> rows;
  std::list<const TrafficKey*> by_use;  // the one longest without a request first
  RecentTraffic recent;                 // keys are those of `rows`
  TrafficCollections collections;
};

void TrafficBook::Impl::Add(const TrafficRow& row, Nanos at) {
  const auto [found, added] = rows.try_emplace(row.key);
  const TrafficKey* key = &found->first;
  Row& mine = found->second;
  if (added) mine.place = by_use.insert(by_use.end(), key);
  by_use.splice(by_use.end(), by_use, mine.place);
  mine.last = loop.Now();
  if (row.counts.requests > kMaxRequests - mine.total.requests) return;
  mine.total.requests += row.counts.requests;
  mine.total.successes += row.counts.successes;
  for (const auto& [kind, count] : row.counts.failures) {
    AddFailures(mine.total.failures, kind, count, kMaxKinds);
  }
  mine.total.latency.Merge(row.counts.latency);
  recent.Add(key, row.counts, at, loop.Now());
}

void TrafficBook::Impl::ForgetOld() {
  while (!by_use.empty()) {
    const auto found = rows.find(*by_use.front());
    if (rows.size() <= kMaxRows && loop.Now() - found->second.last < kForget) return;
    recent.Forget(&found->first);
    by_use.pop_front();
    rows.erase(found);
  }
}

TrafficBook::TrafficBook(Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}

TrafficBook::~TrafficBook() = default;

void TrafficBook::Add(const std::vector<TrafficRow>& report, Millis covers) {
  const Nanos middle = impl_->loop.Now() - covers / 2;
  impl_->ForgetOld();
  for (const TrafficRow& row : report) {
    if (row.counts.requests == 0) continue;
    impl_->Add(row, middle);
    impl_->ForgetOld();
  }
}

TrafficBook::Rows TrafficBook::Totals(const std::string& ns) const {
  impl_->ForgetOld();
  Rows rows;
  for (auto it = impl_->rows.lower_bound({ns, "", ""}); it != impl_->rows.end() && it->first.ns == ns; ++it) {
    rows.emplace_hint(rows.end(), std::pair(it->first.service, it->first.client), it->second.total);
  }
  return rows;
}

TrafficBook::Rows TrafficBook::Recent(const std::string& ns, Millis window) const {
  return impl_->recent.Of(ns, window, impl_->loop.Now());
}

Millis TrafficBook::RecentCovers(Millis window) const {
  return impl_->recent.Covers(window, impl_->loop.Now());
}

Subscription TrafficBook::Join(std::string proxy_id, Ask ask) {
  return impl_->collections.Join(proxy_id, std::move(ask));
}

void TrafficBook::Answered(const std::string& proxy_id, uint64_t id) {
  impl_->collections.Answered(proxy_id, id);
}

Subscription TrafficBook::Collect(Millis limit, Done done) {
  return impl_->collections.Collect(limit, std::move(done));
}

TrafficBook::Rows Since(const TrafficBook::Rows& later, const TrafficBook::Rows& earlier) {
  TrafficBook::Rows since;
  for (const auto& [key, counts] : later) {
    const auto before = earlier.find(key);
    const bool anew = before == earlier.end() || !Follows(counts, before->second);
    TrafficCounts between = anew ? counts : counts.Since(before->second);
    if (between.requests > 0) since.emplace_hint(since.end(), key, std::move(between));
  }
  return since;
}

}  // namespace heddle::namerd
