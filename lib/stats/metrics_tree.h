// Every metric of a process, by name. Names are paths of segments (rt, http, client, #/io.l5d.fs/web,
// requests): a segment may hold any character, '/' too.
//
//   MetricsTree tree;                                         // one a process, outlives all else
//   Scope client = tree.root().Child("rt").Child("http").Child("client").Child(id);
//
//   struct ClientStats {                                      // one a client and worker; the worker's own
//     explicit ClientStats(const Scope& scope) : set(scope), requests(set.AddCounter({"requests"})) {}
//     MetricSet set;                                          // removes them from the tree when destroyed
//     Counter& requests;                                      // found once; Increment() looks nothing up
//   };
//
// Each worker adds its own instance of the same name; Visit() shows their sum. What one worker counted stays
// in the sum after its set has gone, until the last set with that name goes: a counter seen from outside
// never runs backwards, and clients and services that are no longer used take no memory.
#ifndef HEDDLE_LIB_STATS_METRICS_TREE_H_
#define HEDDLE_LIB_STATS_METRICS_TREE_H_

#include <atomic>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lib/stats/histogram.h"
#include "lib/stats/metric.h"

namespace heddle {

class MetricsTree;

using MetricPath = std::vector<std::string>;

// How the instances of a gauge add up: connections are the sum over the workers; what each worker knows of
// the same thing (the size of an endpoint set) is the greatest of them.
enum class GaugeMerge { kSum, kMax };

// What a histogram holds; a latency is recorded in microseconds and shown in milliseconds.
enum class HistogramUnit { kPlain, kMicros };

// A place in the tree. A small value; any thread. The tree outlives it.
class Scope {
 public:
  Scope Child(absl::string_view segment) const;
  const MetricPath& path() const { return path_; }
  MetricsTree& tree() const { return *tree_; }

 private:
  friend class MetricsTree;
  Scope(MetricsTree& tree, MetricPath path) : tree_(&tree), path_(std::move(path)) {}
  MetricsTree* tree_;
  MetricPath path_;
};

// One metric as it stands, summed over its instances.
struct MetricSample {
  enum class Kind { kCounter, kGauge, kHistogram };
  MetricPath path;
  Kind kind = Kind::kCounter;
  HistogramUnit unit = HistogramUnit::kPlain;
  uint64_t counter = 0;
  double gauge = 0;
  HistogramSnapshot histogram;
};

// Owns the metrics of one object of one thread: they live in the tree while it does. Counters and gauges lie
// side by side, eight a cache line, so that a request touches few lines, and none of another thread's. Adding
// takes the tree's lock: do it when the object is made, never for each request. Movable; the references stay
// good.
class MetricSet {
 public:
  explicit MetricSet(Scope scope);
  ~MetricSet();
  MetricSet(MetricSet&& other) noexcept;
  MetricSet& operator=(MetricSet&&) = delete;

  using Name = std::initializer_list<absl::string_view>;
  // `name` follows the scope: {"status", "200"}. Good until the set is destroyed.
  Counter& AddCounter(Name name);
  Gauge& AddGauge(Name name, GaugeMerge merge = GaugeMerge::kSum);
  Histogram& AddHistogram(Name name, HistogramUnit unit = HistogramUnit::kPlain);
  // In microseconds, shown in milliseconds (request_latency_ms).
  Histogram& AddLatency(Name name) { return AddHistogram(name, HistogramUnit::kMicros); }

  const Scope& scope() const { return scope_; }

 private:
  friend class MetricsTree;
  struct Added;
  struct Cell;
  struct Line;
  Cell& NewCell();
  template <class T>
  void Add(const T& metric, MetricSample::Kind kind, Name name, HistogramUnit unit, GaugeMerge merge);

  Scope scope_;
  std::vector<Added> added_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<std::unique_ptr<Histogram>> histograms_;
  size_t cells_ = 0;
};

// A place in a tree that nobody shows: for what may be made without metrics. Any thread.
Scope UnshownScope();

class MetricsTree {
 public:
  MetricsTree();
  ~MetricsTree();  // REQUIRES: no MetricSet is left
  MetricsTree(const MetricsTree&) = delete;
  MetricsTree& operator=(const MetricsTree&) = delete;

  Scope root() { return Scope(*this, {}); }

  // Calls `visit` with every metric in the order of paths; a metric added or removed meanwhile may be missed.
  // Any thread. Writers are not held up, nor is anyone while `visit` runs; a thread that adds or removes
  // metrics waits for one metric to be copied at most, however many there are.
  void Visit(absl::FunctionRef<void(const MetricSample&)> visit) const;
  // As Visit, of what is in the scope of `prefix` only.
  void VisitBelow(const MetricPath& prefix, absl::FunctionRef<void(const MetricSample&)> visit) const;

  // How many names there are, for the bound on memory.
  size_t size() const;

 private:
  friend class MetricSet;
  using Kind = MetricSample::Kind;
  struct Entry;
  struct Key {
    MetricPath path;
    Kind kind;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  using Entries = std::map<Key, std::unique_ptr<Entry>>;

  // For a change: a visit gives way.
  std::unique_lock<std::mutex> Lock();
  void Remove(const std::vector<MetricSet::Added>& added);

  mutable std::mutex mutex_;  // absl's is opaque to the thread sanitizer
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> waiting_{0};  // threads that want to change something
};

}  // namespace heddle

#endif  // HEDDLE_LIB_STATS_METRICS_TREE_H_
