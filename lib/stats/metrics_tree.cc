#include "lib/stats/metrics_tree.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "lib/base/check.h"

namespace heddle {

namespace {

// How many metrics Visit copies under the lock at once: some ten microseconds of work.
constexpr size_t kVisitBatch = 32;

using Instance = std::variant<Counter, Gauge, Histogram>;

bool StartsWith(const MetricPath& path, const MetricPath& prefix) {
  return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

}  // namespace

struct MetricsTree::Entry {
  HistogramUnit unit = HistogramUnit::kPlain;
  GaugeMerge merge = GaugeMerge::kSum;
  std::vector<std::unique_ptr<Instance>> instances;
  // What instances that are gone have counted.
  uint64_t retired_counter = 0;
  HistogramSnapshot retired_histogram;

  MetricSample Sample(const Key& key) const;
  void Retire(const Instance& instance);
};

MetricSample MetricsTree::Entry::Sample(const Key& key) const {
  MetricSample sample;
  sample.path = key.path;
  sample.kind = key.kind;
  sample.unit = unit;
  sample.counter = retired_counter;
  if (key.kind == Kind::kHistogram) sample.histogram = retired_histogram;
  bool first = true;
  for (const auto& instance : instances) {
    if (const auto* counter = std::get_if<Counter>(instance.get())) {
      sample.counter += counter->value();
    } else if (const auto* gauge = std::get_if<Gauge>(instance.get())) {
      const double value = gauge->value();
      const bool replace = merge == GaugeMerge::kMax && (first || value > sample.gauge);
      sample.gauge = merge == GaugeMerge::kSum ? sample.gauge + value : replace ? value : sample.gauge;
    } else {
      std::get<Histogram>(*instance).AddTo(sample.histogram);
    }
    first = false;
  }
  return sample;
}

void MetricsTree::Entry::Retire(const Instance& instance) {
  if (const auto* counter = std::get_if<Counter>(&instance)) retired_counter += counter->value();
  if (const auto* histogram = std::get_if<Histogram>(&instance)) histogram->AddTo(retired_histogram);
}

Scope Scope::Child(absl::string_view segment) const {
  MetricPath path = path_;
  path.emplace_back(segment);
  return Scope(*tree_, std::move(path));
}

struct MetricSet::Added {
  MetricsTree::Key key;
  const Instance* instance;
};

MetricSet::MetricSet(Scope scope) : scope_(std::move(scope)) {}

MetricSet::MetricSet(MetricSet&& other) noexcept
    : scope_(std::move(other.scope_)), added_(std::exchange(other.added_, {})) {}

MetricSet::~MetricSet() {
  for (const Added& added : added_) scope_.tree().Remove(added.key, added.instance);
}

template <class T>
T& MetricSet::Add(MetricSample::Kind kind, Name name, HistogramUnit unit, GaugeMerge merge) {
  auto instance = std::make_unique<Instance>(std::in_place_type<T>);
  T& metric = std::get<T>(*instance);
  MetricsTree::Key key{scope_.path(), kind};
  for (absl::string_view segment : name) key.path.emplace_back(segment);
  HEDDLE_CHECK(!key.path.empty());
  added_.push_back({key, instance.get()});
  MetricsTree& tree = scope_.tree();
  const std::lock_guard lock(tree.mutex_);
  auto& entry = tree.entries_[std::move(key)];
  if (entry == nullptr) {
    entry = std::make_unique<MetricsTree::Entry>();
    entry->unit = unit;
    entry->merge = merge;
  }
  entry->instances.push_back(std::move(instance));
  return metric;
}

Counter& MetricSet::AddCounter(Name name) {
  return Add<Counter>(MetricSample::Kind::kCounter, name, HistogramUnit::kPlain, GaugeMerge::kSum);
}

Gauge& MetricSet::AddGauge(Name name, GaugeMerge merge) {
  return Add<Gauge>(MetricSample::Kind::kGauge, name, HistogramUnit::kPlain, merge);
}

Histogram& MetricSet::AddHistogram(Name name, HistogramUnit unit) {
  return Add<Histogram>(MetricSample::Kind::kHistogram, name, unit, GaugeMerge::kSum);
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

void MetricsTree::Remove(const Key& key, const void* instance) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  HEDDLE_CHECK(found != entries_.end());
  auto& instances = found->second->instances;
  const auto position = std::find_if(instances.begin(), instances.end(),
                                     [&](const auto& other) { return other.get() == instance; });
  HEDDLE_CHECK(position != instances.end());
  if (instances.size() == 1) {
    entries_.erase(found);
    return;
  }
  found->second->Retire(**position);
  instances.erase(position);
}

void MetricsTree::Visit(absl::FunctionRef<void(const MetricSample&)> visit) const { VisitBelow({}, visit); }

void MetricsTree::VisitBelow(const MetricPath& prefix,
                             absl::FunctionRef<void(const MetricSample&)> visit) const {
  std::vector<MetricSample> batch;
  Key next{prefix, Kind::kCounter};
  bool more = true;
  bool skip_next = false;
  while (more) {
    batch.clear();
    {
      const std::lock_guard lock(mutex_);
      auto position = skip_next ? entries_.upper_bound(next) : entries_.lower_bound(next);
      while (position != entries_.end() && batch.size() < kVisitBatch &&
             StartsWith(position->first.path, prefix)) {
        batch.push_back(position->second->Sample(position->first));
        ++position;
      }
    }
    for (const MetricSample& sample : batch) visit(sample);
    more = batch.size() == kVisitBatch;
    if (more) next = Key{batch.back().path, batch.back().kind};
    skip_next = true;
  }
}

size_t MetricsTree::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace heddle
