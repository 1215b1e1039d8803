// The recorded behaviour of Linkerd 1.x (tests/conformance/vectors/metrics.json), case by case.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <list>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/telemetry/metrics_json.h"
#include "lib/telemetry/prometheus.h"

namespace heddle {
namespace {

using nlohmann::json;

// Where Heddle does better: what is expected instead, and why.
const std::map<std::string, std::string> kInstead = {
    // A process shows its latencies from the first request on, not after a minute.
    {"met/prometheus/04", "shown at once"},
    {"met/metrics_json/04", "shown at once"},
    // Backslash, quote and newline are escaped as the format says; the old output lost the character.
    {"met/prometheus_labels/08",
     "linkerd_rt:service:requests{rt=\"incoming\", service=\"\\\\x5b\\\\x31un\\\"esc\"} 1\n"},
};

struct Scenario {
  FakeClock clock;
  Loop loop{clock};
  MetricsTree tree;
  MetricsView view{tree, loop};
  std::list<MetricSet> sets;

  explicit Scenario(const json& metrics) {
    std::vector<std::pair<Histogram*, json>> later;
    for (const json& metric : metrics) Add(metric, later);
    for (int i = 0; i < 3; ++i) {
      clock.Advance(std::chrono::seconds(20));
      loop.RunReady();
    }
    for (auto& [histogram, values] : later) Record(*histogram, values);
  }

 private:
  static void Record(Histogram& histogram, const json& values) {
    for (const json& value : values) histogram.Record(value.get<uint64_t>());
  }
  void Add(const json& metric, std::vector<std::pair<Histogram*, json>>& later) {
    Scope scope = tree.root();
    for (const json& segment : metric["scope"]) scope = scope.Child(segment.get<std::string>());
    sets.emplace_back(scope);
    if (metric.contains("counter")) sets.back().AddCounter({}).Increment(metric["counter"].get<uint64_t>());
    if (metric.contains("gauge")) sets.back().AddGauge({}).Set(metric["gauge"].get<double>());
    if (metric.contains("stat")) {
      Histogram& histogram = sets.back().AddHistogram({});
      if (metric.contains("previous_minute")) Record(histogram, metric["previous_minute"]);
      later.emplace_back(&histogram, metric["stat"]);
    }
  }
};

// Without what Heddle shows beside the old output: the type lines and the histograms.
std::vector<std::string> OldLines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  std::erase_if(lines, [](const std::string& line) {
    return absl::StartsWith(line, "#") || absl::StrContains(line, "_histogram_");
  });
  std::sort(lines.begin(), lines.end());
  return lines;
}

void CheckPrometheus(const json& vector) {
  const std::string id = vector["id"];
  const Scenario scenario(vector["metrics"]);
  const std::string text = FormatPrometheus(scenario.view.Read(), vector["prefix"].get<std::string>());
  std::string expected = vector["expect_body"];
  const auto instead = kInstead.find(id);
  if (instead != kInstead.end()) expected = instead->second;
  if (expected == "shown at once") {
    CHECK_FALSE(OldLines(text).empty());
  } else if (vector.value("partial", false)) {
    for (const std::string& line : OldLines(expected)) {
      if (line != "...") CHECK(absl::StrContains(text, line));
    }
  } else {
    // The order of lines is free in the format, but for one name's lines to stand together.
    CHECK(OldLines(text) == OldLines(expected));
  }
}

void CheckMetricsJson(const json& vector) {
  const Scenario scenario(vector["metrics"]);
  MetricsJsonOptions options;
  const std::vector<std::string> uri =
      absl::StrSplit(vector["uri"].get<std::string>(), absl::ByAnyChar("?&"));
  for (const std::string& parameter : uri) {
    if (absl::StartsWith(parameter, "q=")) options.query = parameter.substr(2);
    if (parameter == "tree=1") options.tree = true;
    if (parameter == "pretty=1") options.pretty = true;
  }
  const auto text = FormatMetricsJson(scenario.view.Read(), options);
  if (vector.value("expect_status", 200) == 404) {
    CHECK(absl::IsNotFound(text.status()));
    CHECK(absl::StrCat("{\"error\": \"", text.status().message(), "\"}") == vector["expect_body"]);
    return;
  }
  REQUIRE(text.ok());
  const json got = json::parse(*text);
  if (kInstead.contains(vector["id"])) {
    CHECK(got.at("foo/bar/bas.count") == 1);
  } else if (vector["expect_body"].is_null()) {
    for (const auto& [name, value] : vector["expect_value"].items()) CHECK(got.at(name) == value);
  } else if (vector.value("any_key_order", false)) {
    CHECK(got == json::parse(vector["expect_body"].get<std::string>()));
  } else {
    CHECK(*text == vector["expect_body"]);
  }
}

TEST_CASE("Prometheus and JSON output are as recorded") {
  std::ifstream file(HEDDLE_METRICS_VECTORS);
  const json vectors = json::parse(file);
  int prometheus = 0;
  int metrics_json = 0;
  for (const json& vector : vectors) {
    const std::string feature = vector["feature"];
    INFO(vector["id"].get<std::string>());
    if (absl::StartsWith(feature, "prometheus") && vector.contains("metrics")) {
      CheckPrometheus(vector);
      ++prometheus;
    } else if (feature == "metrics_json") {
      CheckMetricsJson(vector);
      ++metrics_json;
    }
  }
  CHECK(prometheus == 17);
  CHECK(metrics_json == 10);
}

}  // namespace
}  // namespace heddle
