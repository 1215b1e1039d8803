#include "lib/stats/metrics_tree.h"

#include <algorithm>
#include <array>
#include <new>
#include <thread>
#include <utility>
#include <variant>

#include "lib/base/check.h"

namespace heddle {

namespace {

// How many metrics Visit copies under the lock at once if nobody waits: some ten microseconds of work.
constexpr size_t kVisitBatch = 32;
constexpr size_t kLineCells = 8;
constexpr int kYields = 50;

// Owned by a MetricSet.
using Instance = std::variant<const Counter*, const Gauge*, const Histogram*>;

bool StartsWith(const MetricPath& path, const MetricPath& prefix) {
  return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

}  // namespace

struct MetricsTree::Entry {
  HistogramUnit unit = HistogramUnit::kPlain;
  GaugeMerge merge = GaugeMerge::kSum;
  std::vector<Instance> instances;
  // What instances that are gone have counted.
  uint64_t retired_counter = 0;
  HistogramSnapshot retired_histogram;

  // Into `sample`, whose memory is used again.
  void CopyTo(const Key& key, MetricSample& sample) const;
  void Retire(const Instance& instance);
};

void MetricsTree::Entry::CopyTo(const Key& key, MetricSample& sample) const {
  sample.path = key.path;
  sample.kind = key.kind;
  sample.unit = unit;
  sample.counter = retired_counter;
  sample.gauge = 0;
  sample.histogram.Clear();
  if (key.kind == Kind::kHistogram) sample.histogram.Merge(retired_histogram);
  bool first = true;
  for (const Instance& instance : instances) {
    if (const auto* counter = std::get_if<const Counter*>(&instance)) {
      sample.counter += (*counter)->value();
    } else if (const auto* gauge = std::get_if<const Gauge*>(&instance)) {
      const double value = (*gauge)->value();
      const bool replace = merge == GaugeMerge::kMax && (first || value > sample.gauge);
      sample.gauge = merge == GaugeMerge::kSum ? sample.gauge + value : replace ? value : sample.gauge;
    } else {
      std::get<const Histogram*>(instance)->AddTo(sample.histogram);
    }
    first = false;
  }
}

void MetricsTree::Entry::Retire(const Instance& instance) {
  if (const auto* counter = std::get_if<const Counter*>(&instance)) retired_counter += (*counter)->value();
  if (const auto* histogram = std::get_if<const Histogram*>(&instance)) {
    (*histogram)->AddTo(retired_histogram);
  }
}

Scope Scope::Child(absl::string_view segment) const {
  MetricPath path = path_;
  path.emplace_back(segment);
  return Scope(*tree_, std::move(path));
}

struct MetricSet::Added {
  MetricsTree::Entries::iterator entry;
  Instance instance;
};

struct MetricSet::Cell {
  Cell() {}  // made a counter or a gauge when it is given out; neither needs destruction
  union {
    Counter counter;
    Gauge gauge;
  };
};

struct alignas(kLineCells * sizeof(Counter)) MetricSet::Line {
  std::array<Cell, kLineCells> cells;
};

MetricSet::MetricSet(Scope scope) : scope_(std::move(scope)) {}

MetricSet::MetricSet(MetricSet&& other) noexcept
    : scope_(std::move(other.scope_)),
      added_(std::exchange(other.added_, {})),
      lines_(std::exchange(other.lines_, {})),
      histograms_(std::exchange(other.histograms_, {})),
      cells_(std::exchange(other.cells_, 0)) {}

MetricSet::~MetricSet() {
  if (!added_.empty()) scope_.tree().Remove(added_);
}

MetricSet::Cell& MetricSet::NewCell() {
  if (cells_ == lines_.size() * kLineCells) lines_.push_back(std::make_unique<Line>());
  return lines_.back()->cells[cells_++ % kLineCells];
}

template <class T>
void MetricSet::Add(const T& metric, MetricSample::Kind kind, Name name, HistogramUnit unit,
                    GaugeMerge merge) {
  MetricsTree::Key key{scope_.path(), kind};
  key.path.reserve(key.path.size() + name.size());
  for (absl::string_view segment : name) key.path.emplace_back(segment);
  HEDDLE_CHECK(!key.path.empty());
  added_.reserve(added_.size() + 1);
  MetricsTree& tree = scope_.tree();
  const auto lock = tree.Lock();
  const auto position = tree.entries_.try_emplace(std::move(key)).first;
  auto& entry = position->second;
  if (entry == nullptr) {
    entry = std::make_unique<MetricsTree::Entry>();
    entry->unit = unit;
    entry->merge = merge;
  }
  entry->instances.emplace_back(&metric);
  added_.push_back({position, &metric});
}

Counter& MetricSet::AddCounter(Name name) {
  auto& counter = *new (&NewCell().counter) Counter();
  Add(counter, MetricSample::Kind::kCounter, name, HistogramUnit::kPlain, GaugeMerge::kSum);
  return counter;
}

Gauge& MetricSet::AddGauge(Name name, GaugeMerge merge) {
  auto& gauge = *new (&NewCell().gauge) Gauge();
  Add(gauge, MetricSample::Kind::kGauge, name, HistogramUnit::kPlain, merge);
  return gauge;
}

Histogram& MetricSet::AddHistogram(Name name, HistogramUnit unit) {
  Histogram& histogram = *histograms_.emplace_back(std::make_unique<Histogram>());
  Add(histogram, MetricSample::Kind::kHistogram, name, unit, GaugeMerge::kSum);
  return histogram;
}

Scope UnshownScope() {
  static auto& tree = *new MetricsTree();
  return tree.root();
}

MetricsTree::MetricsTree() = default;

MetricsTree::~MetricsTree() {
  const std::lock_guard lock(mutex_);
  HEDDLE_CHECK(entries_.empty());
}

std::unique_lock<std::mutex> MetricsTree::Lock() {
  std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (lock.owns_lock()) return lock;
  waiting_.fetch_add(1, std::memory_order_relaxed);
  // It is held for a microsecond: to sleep, and be woken, would take longer.
  for (int i = 0; i < kYields && !lock.try_lock(); ++i) std::this_thread::yield();
  if (!lock.owns_lock()) lock.lock();
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  return lock;
}

void MetricsTree::Remove(const std::vector<MetricSet::Added>& added) {
  std::vector<Entries::node_type> gone;  // freed without the lock
  gone.reserve(added.size());
  const auto lock = Lock();
  for (const auto& [position, instance] : added) {
    auto& instances = position->second->instances;
    const auto found = std::find(instances.begin(), instances.end(), instance);
    HEDDLE_CHECK(found != instances.end());
    if (instances.size() == 1) {
      gone.push_back(entries_.extract(position));
      continue;
    }
    position->second->Retire(instance);
    instances.erase(found);
  }
}

void MetricsTree::Visit(absl::FunctionRef<void(const MetricSample&)> visit) const { VisitBelow({}, visit); }

void MetricsTree::VisitBelow(const MetricPath& prefix,
                             absl::FunctionRef<void(const MetricSample&)> visit) const {
  std::vector<MetricSample> samples(kVisitBatch);
  const MetricSample* last = nullptr;  // visited
  bool more = true;
  while (more) {
    size_t count = 0;
    {
      const std::lock_guard lock(mutex_);
      auto position = last == nullptr ? entries_.lower_bound(Key{prefix, Kind::kCounter})
                                      : entries_.upper_bound(Key{last->path, last->kind});
      const auto at_end = [&] {
        return position == entries_.end() || !StartsWith(position->first.path, prefix);
      };
      while (!at_end() && count < kVisitBatch) {
        position->second->CopyTo(position->first, samples[count++]);
        ++position;
        if (waiting_.load(std::memory_order_relaxed) > 0) break;
      }
      more = !at_end();
    }
    // Whoever waits comes first.
    if (waiting_.load(std::memory_order_relaxed) > 0) std::this_thread::yield();
    for (size_t i = 0; i < count; ++i) visit(samples[i]);
    if (count > 0) last = &samples[count - 1];
  }
}

size_t MetricsTree::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace heddle
