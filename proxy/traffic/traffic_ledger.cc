#include "proxy/traffic/traffic_ledger.h"

#include <algorithm>
#include <optional>

#include "lib/base/check.h"

namespace heddle {
namespace {

// What Take does under the lock at once: to see that a row is as it was counts 1.
constexpr size_t kBatch = 256;
constexpr size_t kCostOfNew = 32;

}  // namespace

struct TrafficLedger::Row {
  std::vector<const RequestStats*> live;
  TrafficCounts gone;   // what entries that have gone had counted
  TrafficCounts taken;  // of all of it, what Take has given out

  // As far as two sums can tell.
  bool HasNew() const {
    uint64_t done = gone.requests;
    for (const RequestStats* stats : live) done += stats->done();
    return done != taken.requests;
  }

  TrafficCounts TakeNew() {
    TrafficCounts total = gone;
    for (const RequestStats* stats : live) stats->AddTo(total);
    TrafficCounts counts = total.Since(taken);
    // Where a worker is just counting, its request comes with the next.
    if (counts.requests > 0) taken = std::move(total);
    return counts;
  }
};

TrafficLedger::TrafficLedger(std::string ns) : ns_(std::move(ns)) {}

TrafficLedger::~TrafficLedger() {
  for (const auto& [key, row] : rows_) HEDDLE_CHECK(row.live.empty());
}

TrafficLedger::Entry::Entry(TrafficLedger& ledger, std::string service, std::string client,
                            const RequestStats& stats)
    : ledger_(ledger), stats_(stats) {
  Key key(std::move(service), std::move(client));
  const std::lock_guard lock(ledger_.mutex_);
  const auto [position, is_new] = ledger_.rows_.try_emplace(std::move(key));
  row_ = &*position;
  if (!is_new && row_->second.live.empty()) --ledger_.gone_;
  row_->second.live.push_back(&stats_);
}

TrafficLedger::Entry::~Entry() {
  const std::lock_guard lock(ledger_.mutex_);
  Row& row = row_->second;
  stats_.AddTo(row.gone);
  row.live.erase(std::find(row.live.begin(), row.live.end(), &stats_));
  if (!row.live.empty()) return;
  if (ledger_.gone_ == kMaxGone || !row.HasNew()) {
    ledger_.rows_.erase(ledger_.rows_.find(row_->first));
  } else {
    ++ledger_.gone_;
  }
}

void TrafficLedger::Take(std::vector<TrafficRow>* out) {
  std::optional<Key> last;  // looked at
  for (bool more = true; more;) {
    const std::lock_guard lock(mutex_);
    auto row = last ? rows_.upper_bound(*last) : rows_.begin();
    for (size_t cost = 0; row != rows_.end() && cost < kBatch; ++cost) {
      last = row->first;
      if (row->second.HasNew()) {
        cost += kCostOfNew;
        TrafficCounts counts = row->second.TakeNew();
        if (counts.requests > 0) out->push_back({{ns_, last->first, last->second}, std::move(counts)});
      }
      if (!row->second.live.empty()) {
        ++row;
        continue;
      }
      row = rows_.erase(row);
      --gone_;
    }
    more = row != rows_.end();
  }
}

}  // namespace heddle
