#include "namerd/fleet/recent_traffic.h"

#include <algorithm>
#include <utility>

namespace heddle::namerd {
namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);
// What a row and a kind of failure take beside their contents, about.
constexpr size_t kNodeBytes = 64;

int64_t NumberOf(Nanos time) { return time / kSecond; }

}  // namespace

void AddFailures(std::map<std::string, uint64_t>& to, const std::string& kind, uint64_t count,
                 size_t max_kinds) {
  const bool fits = to.size() + 1 < max_kinds || to.contains(kind);
  to[fits ? kind : "other"] += count;
}

void RecentTraffic::Counts::Add(const TrafficCounts& more, size_t max_kinds) {
  requests += more.requests;
  successes += more.successes;
  latency_sum += more.latency.sum();
  for (const auto& [kind, count] : more.failures) AddFailures(failures, kind, count, max_kinds);
  std::vector<std::pair<uint32_t, uint64_t>> merged;
  auto have = latency.begin();
  const std::vector<uint64_t>& buckets = more.latency.buckets();
  for (uint32_t index = 0; index < buckets.size(); ++index) {
    if (buckets[index] == 0) continue;
    while (have != latency.end() && have->first < index) merged.push_back(*have++);
    merged.emplace_back(index, buckets[index]);
    if (have != latency.end() && have->first == index) merged.back().second += (have++)->second;
  }
  merged.insert(merged.end(), have, latency.end());
  latency = std::move(merged);
}

void RecentTraffic::Counts::AddTo(TrafficCounts& to) const {
  to.requests += requests;
  to.successes += successes;
  for (const auto& [kind, count] : failures) to.failures[kind] += count;
  for (const auto& [index, count] : latency) to.latency.AddBucket(index, count);
  to.latency.AddSum(latency_sum);
}

size_t RecentTraffic::Counts::bytes() const {
  size_t bytes = sizeof(Counts) + kNodeBytes + latency.capacity() * sizeof(latency[0]);
  for (const auto& [kind, count] : failures) bytes += kNodeBytes + kind.size();
  return bytes;
}

void RecentTraffic::Add(const TrafficKey* key, const TrafficCounts& counts, Nanos at, Nanos now) {
  Second* second = At(NumberOf(at), now);
  if (second == nullptr) return;
  const auto [row, added] = second->rows.try_emplace(key);
  const size_t before = added ? 0 : row->second.bytes();
  row->second.Add(counts, limits_.max_kinds);
  const size_t grown = row->second.bytes() - before;
  second->bytes += grown;
  bytes_ += grown;
  while (bytes_ > limits_.max_bytes) DropEarliest();
}

RecentTraffic::Second* RecentTraffic::At(int64_t number, Nanos now) {
  const int64_t first = FirstOf(limits_.window, now);
  while (!seconds_.empty() && seconds_.front().number < first) DropEarliest();
  if (number < first) return nullptr;
  number = std::max(number, NumberOf(known_since_));  // counted before namerd was there, and told only now
  auto place = seconds_.end();
  while (place != seconds_.begin() && std::prev(place)->number >= number) --place;
  if (place == seconds_.end() || place->number != number) place = seconds_.insert(place, {.number = number});
  return &*place;
}

void RecentTraffic::DropEarliest() {
  const Second& earliest = seconds_.front();
  known_since_ = std::max(known_since_, (earliest.number + 1) * kSecond);
  bytes_ -= earliest.bytes;
  seconds_.pop_front();
}

void RecentTraffic::Forget(const TrafficKey* key) {
  for (Second& second : seconds_) {
    const auto found = second.rows.find(key);
    if (found == second.rows.end()) continue;
    const size_t bytes = found->second.bytes();
    second.bytes -= bytes;
    bytes_ -= bytes;
    second.rows.erase(found);
  }
}

int64_t RecentTraffic::FirstOf(Millis window, Nanos now) const {
  return NumberOf(now - std::min(window, limits_.window));
}

RecentTraffic::Rows RecentTraffic::Of(const std::string& ns, Millis window, Nanos now) const {
  const int64_t first = FirstOf(window, now);
  absl::flat_hash_map<const TrafficKey*, TrafficCounts> sums;  // names are compared once a row, not a second
  for (const Second& second : seconds_) {
    if (second.number < first) continue;
    for (const auto& [key, counts] : second.rows) {
      if (key->ns == ns) counts.AddTo(sums[key]);
    }
  }
  Rows rows;
  for (auto& [key, counts] : sums) rows.try_emplace({key->service, key->client}, std::move(counts));
  return rows;
}

Millis RecentTraffic::Covers(Millis window, Nanos now) const {
  const Nanos start = std::max(FirstOf(window, now) * kSecond, known_since_);
  return std::max(Millis(1), std::chrono::duration_cast<Millis>(now - start));
}

}  // namespace heddle::namerd
