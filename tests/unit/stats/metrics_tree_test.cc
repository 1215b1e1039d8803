#include "lib/stats/metrics_tree.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/stats/lazy_counter.h"

namespace heddle {
namespace {

// "a/b=1 a/c=2.5 a/d=[count]", in the order visited.
std::string Show(const MetricsTree& tree, const MetricPath& prefix = {}) {
  std::vector<std::string> out;
  tree.VisitBelow(prefix, [&](const MetricSample& sample) {
    std::string value;
    switch (sample.kind) {
      case MetricSample::Kind::kCounter:
        value = absl::StrCat(sample.counter);
        break;
      case MetricSample::Kind::kGauge:
        value = absl::StrCat("g", sample.gauge);
        break;
      case MetricSample::Kind::kHistogram:
        value = absl::StrCat("[", sample.histogram.count(), "]");
        break;
    }
    out.push_back(absl::StrJoin(sample.path, "/") + "=" + value);
  });
  return absl::StrJoin(out, " ");
}

TEST_CASE("Instances of one name add up") {
  MetricsTree tree;
  const Scope scope = tree.root().Child("rt").Child("http");
  MetricSet one(scope), two(scope);
  one.AddCounter({"requests"}).Increment(2);
  two.AddCounter({"requests"}).Increment(3);
  one.AddGauge({"connections"}).Set(4);
  two.AddGauge({"connections"}).Add(-1);
  one.AddGauge({"size"}, GaugeMerge::kMax).Set(-4);
  two.AddGauge({"size"}, GaugeMerge::kMax).Set(-5);
  one.AddLatency({"latency"}).Record(10);
  two.AddLatency({"latency"}).Record(20);
  CHECK(Show(tree) == "rt/http/connections=g3 rt/http/latency=[2] rt/http/requests=5 rt/http/size=g-4");
}

TEST_CASE("Metrics go with their set") {
  MetricsTree tree;
  {
    MetricSet set(tree.root().Child("a"));
    set.AddCounter({"x"});
    set.AddHistogram({"y"});
    CHECK(tree.size() == 2);
  }
  CHECK(tree.size() == 0);
}

TEST_CASE("What a gone instance counted stays in the sum while the name lives") {
  MetricsTree tree;
  const Scope scope = tree.root().Child("a");
  std::optional<MetricSet> one(scope), two(scope);
  one->AddCounter({"n"}).Increment(2);
  one->AddHistogram({"h"}).Record(1);
  one->AddGauge({"g"}).Set(7);
  two->AddCounter({"n"}).Increment(3);
  two->AddHistogram({"h"}).Record(2);
  two->AddGauge({"g"}).Set(1);
  one.reset();
  CHECK(Show(tree) == "a/g=g1 a/h=[2] a/n=5");
  two.reset();
  CHECK(Show(tree).empty());
  MetricSet again(scope);
  again.AddCounter({"n"}).Increment();
  CHECK(Show(tree) == "a/n=1");
}

TEST_CASE("A set moves with its references") {
  MetricsTree tree;
  MetricSet from(tree.root());
  Counter& counter = from.AddCounter({"n"});
  {
    MetricSet to(std::move(from));
    counter.Increment();
    CHECK(Show(tree) == "n=1");
  }
  CHECK(tree.size() == 0);
}

TEST_CASE("Two kinds of one name are two metrics") {
  MetricsTree tree;
  MetricSet set(tree.root());
  set.AddCounter({"n"}).Increment();
  set.AddGauge({"n"}).Set(2);
  CHECK(Show(tree) == "n=1 n=g2");
}

TEST_CASE("A scope is visited alone, and segments may hold any character") {
  MetricsTree tree;
  MetricSet set(tree.root());
  for (int i = 0; i < 200; ++i) set.AddCounter({"rt", absl::StrCat(i), "n"});
  set.AddCounter({"rt", "a/b", "n"}).Increment();
  set.AddCounter({"rt", "a", "b", "n"});
  set.AddCounter({"rt", std::string("a\0b", 3), "n"});
  CHECK(Show(tree, {"rt", "a/b"}) == "rt/a/b/n=1");
  CHECK(Show(tree, {"rt", "a"}) == "rt/a/b/n=0");
  int visited = 0;
  tree.Visit([&](const MetricSample&) { ++visited; });
  CHECK(visited == 203);
}

TEST_CASE("Workers come and go while the tree is read, and no count is lost") {
  constexpr int kWorkers = 3;
  constexpr int kRounds = 300;
  MetricsTree tree;
  MetricSet keep(tree.root().Child("shared"));
  keep.AddCounter({"n"});
  std::atomic<int> running{kWorkers};
  std::vector<std::thread> workers;
  for (int w = 0; w < kWorkers; ++w) {
    workers.emplace_back([&, w] {
      for (int i = 0; i < kRounds; ++i) {
        MetricSet own(tree.root().Child(absl::StrCat("worker", w)));
        own.AddLatency({"latency"}).Record(i);
        MetricSet shared(tree.root().Child("shared"));
        shared.AddCounter({"n"}).Increment();
      }
      running.fetch_sub(1);
    });
  }
  uint64_t last = 0;
  while (running.load() > 0) {
    tree.VisitBelow({"shared"}, [&](const MetricSample& sample) {
      REQUIRE(sample.counter >= last);
      last = sample.counter;
    });
    tree.Visit([](const MetricSample&) {});
  }
  for (auto& worker : workers) worker.join();
  CHECK(Show(tree) == absl::StrCat("shared/n=", kWorkers * kRounds));
}

TEST_CASE("Nobody waits for what is done with a metric that is visited") {
  MetricsTree tree;
  MetricSet keep(tree.root());
  for (int i = 0; i < 1000; ++i) keep.AddCounter({"kept", absl::StrCat(i)});
  int visited = 0;
  tree.Visit([&](const MetricSample&) {
    if (++visited % 100 != 1) return;
    // Another thread adds and removes a set, and is done before this one goes on.
    std::thread([&] {
      MetricSet own(tree.root().Child("new"));
      own.AddCounter({"n"}).Increment();
      own.AddLatency({"latency"}).Record(1);
    }).join();
  });
  CHECK(visited == 1000);
  CHECK(tree.size() == 1000);
}

TEST_CASE("A visit gives way to those who add and remove, and still sees what stays") {
  MetricsTree tree;
  MetricSet keep(tree.root());
  for (int i = 0; i < 300; ++i) keep.AddLatency({"kept", absl::StrCat(i)}).Record(i);
  std::atomic<bool> done{false};
  std::thread worker([&] {
    while (!done.load()) {
      MetricSet own(tree.root().Child("kept").Child("own"));
      for (int i = 0; i < 10; ++i) own.AddCounter({"n", absl::StrCat(i)});
    }
  });
  for (int round = 0; round < 30; ++round) {
    int kept = 0;
    tree.VisitBelow({"kept"}, [&](const MetricSample& sample) { kept += sample.path[1] == "own" ? 0 : 1; });
    CHECK(kept == 300);
  }
  done.store(true);
  worker.join();
  CHECK(tree.size() == 300);
}

TEST_CASE("The metrics of a set lie together, and apart from those of another") {
  MetricsTree tree;
  MetricSet one(tree.root().Child("one")), two(tree.root().Child("two"));
  const auto line = [](const auto& metric) { return reinterpret_cast<uintptr_t>(&metric) / 64; };
  const Counter& first = one.AddCounter({"requests"});
  const Counter& other = two.AddCounter({"requests"});
  CHECK(line(one.AddCounter({"success"})) == line(first));
  CHECK(line(one.AddGauge({"pending"})) == line(first));
  CHECK(line(other) != line(first));
}

TEST_CASE("A lazy counter is there once it counts") {
  MetricsTree tree;
  MetricSet set(tree.root());
  LazyCounter counter(set, "retries", "not_open");
  CHECK(Show(tree).empty());
  counter.Increment();
  counter.Increment(2);
  CHECK(Show(tree) == "retries/not_open=3");
}

}  // namespace
}  // namespace heddle
