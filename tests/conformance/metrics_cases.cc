// metrics.json: how metrics are written (given ones, through the functions that write them), and which there
// are after requests through the real proxy.
#include "tests/conformance/metrics_cases.h"

#include <algorithm>
#include <list>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "lib/telemetry/metrics_json.h"
#include "lib/telemetry/prometheus.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

// The metrics of a case; what belongs to the minute before is more than a minute old.
class GivenMetrics {
 public:
  explicit GivenMetrics(const Json& metrics) {
    for (const Json& metric : metrics) Add(metric);
    for (int i = 0; i < 3; ++i) {
      clock_.Advance(std::chrono::seconds(20));
      loop_.RunReady();
    }
    for (const auto& [histogram, values] : later_) Record(*histogram, values);
  }
  std::vector<ShownMetric> Read() const { return view_.Read(); }

 private:
  static void Record(Histogram& histogram, const Json& values) {
    for (const Json& value : values) histogram.Record(value.get<uint64_t>());
  }
  void Add(const Json& metric) {
    Scope scope = tree_.root();
    for (const Json& segment : metric.at("scope")) scope = scope.Child(segment.get<std::string>());
    MetricSet& set = sets_.emplace_back(scope);
    if (metric.contains("counter")) set.AddCounter({}).Increment(metric["counter"].get<uint64_t>());
    if (metric.contains("gauge")) set.AddGauge({}).Set(metric["gauge"].get<double>());
    if (!metric.contains("stat")) return;
    Histogram& histogram = set.AddHistogram({});
    Record(histogram, metric.value("previous_minute", Json::array()));
    later_.emplace_back(&histogram, metric["stat"]);
  }

  FakeClock clock_;
  Loop loop_{clock_};
  MetricsTree tree_;
  MetricsView view_{tree_, loop_};
  std::list<MetricSet> sets_;
  std::vector<std::pair<Histogram*, Json>> later_;
};

// A histogram that has samples, and which the case says is not shown in its first minute.
bool IsNotShownYet(const Json& test) {
  const Json& metrics = test.at("metrics");
  return std::any_of(metrics.begin(), metrics.end(), [](const Json& metric) {
    return metric.contains("stat") && !metric["stat"].empty() && !metric.value("snapshotted", true);
  });
}

// Without what Heddle shows beside the old output: the type lines and the histograms. The order of lines is
// free in the format, but for one name's lines to stand together.
std::vector<std::string> OldLines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  std::erase_if(lines, [](const std::string& line) {
    return absl::StartsWith(line, "#") || absl::StrContains(line, "_histogram_");
  });
  std::sort(lines.begin(), lines.end());
  return lines;
}

// The label values of `text` with each backslash, quote and newline as the two backslashes that Linkerd
// wrote.
std::string OldEscapes(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\\\", "\\\\"}, {"\\\"", "\\\\"}, {"\\n", "\\\\"}});
}

void RunPrometheus(const Json& test, Verdict* verdict) {
  if (test.contains("expect")) return RunPrometheusPage(test["expect"], verdict);
  const std::string ours = FormatPrometheus(GivenMetrics(test.at("metrics")).Read(), test.at("prefix"));
  const std::vector<std::string> lines = OldLines(ours);
  const std::vector<std::string> expected = OldLines(test.at("expect_body"));
  if (IsNotShownYet(test)) {
    if (lines.empty()) verdict->Fail("not shown");
    verdict->Deviate("shown_at_once");
  } else if (test.value("partial", false)) {
    for (const std::string& line : expected) {
      if (line != "..." && std::find(lines.begin(), lines.end(), line) == lines.end())
        verdict->Differs("line", line, ours);
    }
  } else if (lines != expected && OldLines(OldEscapes(ours)) == expected) {
    verdict->Deviate("label_escapes");
  } else {
    verdict->Check("lines", expected, lines);
  }
}

void CheckJsonText(const Json& test, const std::string& text, Verdict* verdict) {
  const Json ours = Json::parse(text);
  if (IsNotShownYet(test)) {
    if (ours.empty()) verdict->Fail("not shown");
    return verdict->Deviate("shown_at_once");
  }
  if (test.contains("expect_value")) {
    for (const auto& item : test["expect_value"].items())
      verdict->Check(item.key(), item.value(), ours.value(item.key(), Json(nullptr)));
  }
  if (test.at("expect_body").is_null()) return;
  const std::string expected = test["expect_body"];
  if (test.value("any_key_order", false)) {
    verdict->Check("body", Json::parse(expected), ours);
  } else {
    verdict->Check("body", expected, text);
  }
}

void RunMetricsJson(const Json& test, Verdict* verdict) {
  MetricsJsonOptions options;
  const std::vector<std::string> uri =
      absl::StrSplit(test.at("uri").get<std::string>(), absl::ByAnyChar("?&"));
  for (size_t i = 1; i < uri.size(); ++i) {
    if (absl::StartsWith(uri[i], "q=")) {
      options.query = uri[i].substr(2);
    } else if (uri[i] == "tree=1") {
      options.tree = true;
    } else if (uri[i] == "pretty=1") {
      options.pretty = true;
    } else {
      verdict->Fail("unknown parameter " + uri[i]);
    }
  }
  const auto text = FormatMetricsJson(GivenMetrics(test.at("metrics")).Read(), options);
  if (text.ok()) return CheckJsonText(test, *text, verdict);
  verdict->Check("status", test.value("expect_status", 200), absl::IsNotFound(text.status()) ? 404 : 500);
  verdict->Check("body", test.at("expect_body"), JsonError(text.status().message()));
}

}  // namespace

Verdict RunMetricsCase(const Json& test) {
  Verdict verdict;
  const std::string feature = test.at("feature");
  if (feature == "prometheus" || feature == "prometheus_labels") {
    RunPrometheus(test, &verdict);
  } else if (feature == "metrics_json") {
    RunMetricsJson(test, &verdict);
  } else if (feature == "influxdb") {
    verdict.NotRun("later work: the telemeter io.l5d.influxdb");
  } else if (feature == "scope_values") {
    RunScopeValues(test, &verdict);
  } else if (feature == "end_to_end") {
    RunCounters(test, &verdict);
  } else if (feature == "catalogue") {
    RunCatalogue(test, &verdict);
  } else if (feature == "dashboard") {
    RunDashboard(test, &verdict);
  } else if (feature == "admin_endpoint") {
    RunAdminPage(test, &verdict);
  } else if (feature == "admin_security") {
    verdict.NotRun("later work: admin.security");
  } else {
    verdict.Fail("unknown feature " + feature);
  }
  return verdict;
}

}  // namespace heddle::conformance
