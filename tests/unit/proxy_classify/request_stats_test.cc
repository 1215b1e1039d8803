#include "proxy/classify/request_stats.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_join.h"

namespace heddle {
namespace {

// What the tree shows: counters and gauges by name, and how many samples each histogram has.
std::map<std::string, double> Shown(const MetricsTree& metrics) {
  std::map<std::string, double> shown;
  metrics.Visit([&](const MetricSample& sample) {
    double& value = shown[absl::StrJoin(sample.path, "/")];
    switch (sample.kind) {
      case MetricSample::Kind::kCounter:
        value = static_cast<double>(sample.counter);
        return;
      case MetricSample::Kind::kGauge:
        value = sample.gauge;
        return;
      case MetricSample::Kind::kHistogram:
        value = static_cast<double>(sample.histogram.count());
        return;
    }
  });
  return shown;
}

TEST_CASE("requests are pending until they are over, whatever becomes of them") {
  MetricsTree metrics;
  RequestStats stats(metrics.root(), RequestStats::Detail::kPlain);
  stats.OnRequest();
  stats.OnRequest();
  stats.OnRequest();
  CHECK(Shown(metrics)["pending"] == 3);
  stats.OnDone(200, true, Nanos(5'000'000));
  stats.OnDone(500, false, Nanos(5'000'000));
  stats.OnGone();
  const std::map<std::string, double> expected = {
      {"requests", 2}, {"success", 1},
      {"failures", 1}, {"failures/com.twitter.finagle.service.ResponseClassificationSyntheticException", 1},
      {"pending", 0},  {"request_latency_ms", 2}};
  CHECK(Shown(metrics) == expected);
}

TEST_CASE("latency is recorded in microseconds, and shown in milliseconds") {
  MetricsTree metrics;
  RequestStats stats(metrics.root(), RequestStats::Detail::kPlain);
  stats.OnRequest();
  stats.OnDone(200, true, Nanos(50'000));
  metrics.VisitBelow({"request_latency_ms"}, [](const MetricSample& sample) {
    CHECK(sample.unit == HistogramUnit::kMicros);
    CHECK(sample.histogram.sum() == 50);
  });
}

TEST_CASE("statuses are counted each, by hundreds, and as an error where there is none") {
  MetricsTree metrics;
  RequestStats stats(metrics.root(), RequestStats::Detail::kWithStatus);
  for (const int status : {200, 200, 201, 404, 200, 503, 0, 0, 404}) {
    stats.OnRequest();
    stats.OnDone(status, status != 0 && status < 500, Nanos(1'000'000));
  }
  std::map<std::string, double> shown = Shown(metrics);
  CHECK(shown["status/200"] == 3);
  CHECK(shown["status/201"] == 1);
  CHECK(shown["status/2XX"] == 4);
  CHECK(shown["status/404"] == 2);
  CHECK(shown["status/4XX"] == 2);
  CHECK(shown["status/503"] == 1);
  CHECK(shown["status/5XX"] == 1);
  CHECK(shown["status/error"] == 2);
  CHECK(shown["time/2XX"] == 4);
  CHECK(shown["time/4XX"] == 2);
  CHECK(shown["time/5XX"] == 1);
  CHECK(shown["time/error"] == 2);
  CHECK(shown.count("status/0XX") == 0);
}

TEST_CASE("a failure is counted by its name too") {
  MetricsTree metrics;
  RequestStats stats(metrics.root(), RequestStats::Detail::kPlain);
  const auto fail = [&](AttemptFailure failure) {
    stats.OnRequest();
    stats.OnDone(0, false, Nanos(1'000'000), NameOf(failure));
  };
  fail(AttemptFailure::kConnect);
  fail(AttemptFailure::kTimeout);
  fail(AttemptFailure::kConnect);
  stats.OnRequest();
  stats.OnDone(503, false, Nanos(1'000'000));
  stats.OnRequest();
  stats.OnDone(500, true, Nanos(1'000'000));  // allSuccessful
  const std::map<std::string, double> expected = {
      {"requests", 5},
      {"success", 1},
      {"failures", 4},
      {"failures/com.twitter.finagle.ConnectionFailedException", 2},
      {"failures/com.twitter.finagle.IndividualRequestTimeoutException", 1},
      {"failures/com.twitter.finagle.service.ResponseClassificationSyntheticException", 1},
      {"pending", 0},
      {"request_latency_ms", 5}};
  CHECK(Shown(metrics) == expected);
}

TEST_CASE("each failure has a name of its own") {
  std::set<absl::string_view> names;
  for (size_t i = 0; i < kFailureNameCount; ++i) names.insert(ExceptionName(static_cast<FailureName>(i)));
  CHECK(names.size() == kFailureNameCount);
}

TEST_CASE("a status that is out of any range is still counted, and in bounds") {
  MetricsTree metrics;
  RequestStats stats(metrics.root(), RequestStats::Detail::kWithStatus);
  for (const int status : {100, 999}) {
    stats.OnRequest();
    stats.OnDone(status, false, Nanos(1'000'000));
  }
  CHECK(Shown(metrics)["status/1XX"] == 1);
  CHECK(Shown(metrics)["status/9XX"] == 1);
}

}  // namespace
}  // namespace heddle
