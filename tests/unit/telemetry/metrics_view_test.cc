#include "lib/telemetry/metrics_view.h"

#include <catch2/catch.hpp>

namespace heddle {
namespace {

using std::chrono::seconds;

struct Fixture {
  FakeClock clock;
  Loop loop{clock};
  MetricsTree tree;
  MetricsView view{tree, loop};

  void Pass(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      clock.Advance(seconds(20));
      loop.RunReady();
    }
  }
};

TEST_CASE("A histogram shows at once what a young process has recorded") {
  Fixture f;
  MetricSet set(f.tree.root());
  set.AddHistogram({"h"}).Record(5);
  const auto shown = f.view.Read();
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].recent.count() == 1);
  CHECK(shown[0].sample.histogram.count() == 1);
}

TEST_CASE("What is older than a minute leaves the recent part, never the whole") {
  Fixture f;
  MetricSet set(f.tree.root());
  Histogram& histogram = set.AddHistogram({"h"});
  histogram.Record(1);
  f.Pass(3);
  histogram.Record(2);
  auto shown = f.view.Read();
  CHECK(shown[0].recent.count() == 1);
  CHECK(shown[0].recent.Min() == 2);
  CHECK(shown[0].recent.sum() == 2);
  CHECK(shown[0].sample.histogram.count() == 2);
  f.Pass(2);
  CHECK(f.view.Read()[0].recent.count() == 1);
  f.Pass(1);
  CHECK(f.view.Read()[0].recent.empty());
  CHECK(f.view.Read()[0].sample.histogram.count() == 2);
}

TEST_CASE("A histogram that was made within the minute shows all it has") {
  Fixture f;
  f.Pass(5);
  MetricSet set(f.tree.root());
  set.AddHistogram({"h"}).Record(9);
  CHECK(f.view.Read()[0].recent.count() == 1);
}

TEST_CASE("Counters and gauges are as they stand") {
  Fixture f;
  MetricSet set(f.tree.root());
  set.AddCounter({"c"}).Increment(3);
  set.AddGauge({"g"}).Set(0.5);
  f.Pass(4);
  const auto shown = f.view.Read();
  CHECK(shown[0].sample.counter == 3);
  CHECK(shown[1].sample.gauge == 0.5);
}

}  // namespace
}  // namespace heddle
