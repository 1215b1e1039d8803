#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "lib/telemetry/metrics_json.h"
#include "lib/telemetry/process_metrics.h"
#include "lib/telemetry/prometheus.h"

namespace heddle {
namespace {

struct Fixture {
  FakeClock clock;
  Loop loop{clock};
  MetricsTree tree;
  MetricsView view{tree, loop};
  MetricSet set{tree.root()};

  std::string Prometheus() { return FormatPrometheus(view.Read(), ""); }
  nlohmann::json Json(MetricsJsonOptions options = {}) {
    return nlohmann::json::parse(FormatMetricsJson(view.Read(), options).value());
  }
};

TEST_CASE("Latencies are recorded in microseconds and shown in milliseconds") {
  Fixture f;
  Histogram& latency = f.set.AddLatency({"rt", "http", "server", "0.0.0.0/4140", "request_latency_ms"});
  latency.Record(63);
  const std::string text = f.Prometheus();
  CHECK(absl::StrContains(text,
                          "rt:server:request_latency_ms{rt=\"http\", server=\"0.0.0.0/4140\", "
                          "quantile=\"0.99\"} 0.063\n"));
  CHECK(absl::StrContains(text,
                          "rt:server:request_latency_ms_sum{rt=\"http\", server=\"0.0.0.0/4140\"} 0.063\n"));
  CHECK(f.Json()["rt/http/server/0.0.0.0/4140/request_latency_ms.p99"] == 0.063);
}

TEST_CASE("Histogram buckets are cumulative and end with the count") {
  Fixture f;
  Histogram& latency = f.set.AddLatency({"l"});
  for (uint64_t micros : {100u, 1000u, 1'000'000u, 100'000'000u}) latency.Record(micros);
  const std::string text = f.Prometheus();
  CHECK(absl::StrContains(text, "# TYPE l_histogram histogram\n"));
  CHECK(absl::StrContains(text, "l_histogram_bucket{le=\"0.127\"} 1\n"));
  CHECK(absl::StrContains(text, "l_histogram_bucket{le=\"1.023\"} 2\n"));
  CHECK(absl::StrContains(text, "l_histogram_bucket{le=\"67108.863\"} 3\n"));
  CHECK(absl::StrContains(text, "l_histogram_bucket{le=\"+Inf\"} 4\n"));
  CHECK(absl::StrContains(text, "l_histogram_count 4\n"));
}

TEST_CASE("Counts do not start again, quantiles follow the last minute") {
  Fixture f;
  f.set.AddHistogram({"h"}).Record(7);
  for (int i = 0; i < 6; ++i) {
    f.clock.Advance(std::chrono::seconds(20));
    f.loop.RunReady();
  }
  const std::string text = f.Prometheus();
  CHECK(absl::StrContains(text, "h_count 1\n"));
  CHECK(absl::StrContains(text, "h_sum 7\n"));
  CHECK_FALSE(absl::StrContains(text, "quantile"));
  CHECK(f.Json()["h.count"] == 0);
  CHECK_FALSE(f.Json().contains("h.p50"));
}

TEST_CASE("The lines of one name stand together after their type") {
  Fixture f;
  for (const char* client : {"#/a", "#/b"}) {
    f.set.AddCounter({"rt", "http", "client", client, "requests"});
    f.set.AddCounter({"rt", "http", "client", client, "success"});
    f.set.AddCounter({"rt", "http", "client", client, "failures"});
    f.set.AddCounter({"rt", "http", "client", client, "failures", "timeout"}).Increment();
  }
  CHECK(f.Prometheus() ==
        "# TYPE rt:client:failures counter\n"
        "rt:client:failures{rt=\"http\", client=\"#/a\"} 0\n"
        "rt:client:failures{rt=\"http\", client=\"#/a\", exception=\"timeout\"} 1\n"
        "rt:client:failures{rt=\"http\", client=\"#/b\"} 0\n"
        "rt:client:failures{rt=\"http\", client=\"#/b\", exception=\"timeout\"} 1\n"
        "# TYPE rt:client:requests counter\n"
        "rt:client:requests{rt=\"http\", client=\"#/a\"} 0\n"
        "rt:client:requests{rt=\"http\", client=\"#/b\"} 0\n"
        "# TYPE rt:client:success counter\n"
        "rt:client:success{rt=\"http\", client=\"#/a\"} 0\n"
        "rt:client:success{rt=\"http\", client=\"#/b\"} 0\n");
}

TEST_CASE("Names that a stranger chose stay one label value and one JSON key") {
  Fixture f;
  f.set.AddCounter({"rt", "http", "service", "a\"} 1\nfake 2\\", "requests"}).Increment();
  f.set.AddCounter({"rt", "http", "service", "\xff\xfe", "requests"}).Increment();
  const std::string text = f.Prometheus();
  CHECK(absl::StrContains(text, "service=\"a\\\"} 1\\nfake 2\\\\\"} 1\n"));
  CHECK_FALSE(absl::StrContains(text, "\nfake"));
  CHECK(f.Json().size() == 2);
  CHECK(f.Json({"", true, false})["rt"]["http"]["service"].size() == 2);
}

TEST_CASE("A query selects by segments, also where a segment holds slashes") {
  Fixture f;
  f.set.AddCounter({"rt", "http", "client", "#/fs/web", "requests"}).Increment();
  f.set.AddCounter({"rt", "http", "client", "#/fs/webby", "requests"});
  CHECK(f.Json({"rt/http/client/#/fs/web", false, false}) == nlohmann::json{{"requests", 1}});
  CHECK(f.Json({"rt/http/client/#/fs/web/", true, false}) == nlohmann::json{{"requests", {{"counter", 1}}}});
  CHECK(f.Json({"rt/http/client/#/fs", true, false})["web"]["requests"]["counter"] == 1);
  const auto none = FormatMetricsJson(f.view.Read(), {"rt/none", false, false});
  CHECK(absl::IsNotFound(none.status()));
}

TEST_CASE("A scope named like a metric's value does not break the tree") {
  Fixture f;
  f.set.AddCounter({"x"}).Increment();
  f.set.AddCounter({"x", "counter"}).Increment();
  CHECK(f.Json({"", true, false})["x"]["counter"] == 1);
}

TEST_CASE("The process shows its memory, descriptors and threads") {
  FakeClock clock;
  MetricsTree tree;
  ProcessMetrics process(tree.root(), clock);
  clock.Advance(std::chrono::seconds(3));
  process.Update();
  std::map<std::string, double> gauges;
  tree.VisitBelow({"jvm"}, [&](const MetricSample& s) { gauges[s.path[1] + s.path.back()] = s.gauge; });
  CHECK(gauges["uptimeuptime"] == 3000);
  CHECK(gauges["fd_countfd_count"] >= 3);
  CHECK(gauges["heapused"] > 100'000);
  CHECK(gauges["heapmax"] > gauges["heapused"]);
  CHECK(gauges["threadcount"] >= 1);
  CHECK(gauges["num_cpusnum_cpus"] >= 1);
}

}  // namespace
}  // namespace heddle
