#include "lib/telemetry/prometheus.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/telemetry/shown_value.h"

namespace heddle {

namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

// The lines of one metric name, which the format wants together.
struct Family {
  const char* type = "untyped";
  std::string lines;
};
using Families = std::map<std::string, Family>;

struct Series {
  std::string name;
  Labels labels;
};

bool IsStack(absl::string_view segment) {
  return segment == "service" || segment == "client" || segment == "server";
}

std::string MetricName(absl::string_view text) {
  // A name does not begin with a digit.
  std::string name(!text.empty() && absl::ascii_isdigit(text[0]) ? 1 : 0, '_');
  for (const char c : text) name.push_back(absl::ascii_isalnum(c) || c == ':' ? c : '_');
  return name;
}

std::string LabelValue(absl::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '\\':
        escaped += "\\\\";
        break;
      case '"':
        escaped += "\\\"";
        break;
      case '\n':
        escaped += "\\n";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// Which segments of the path are labels. Source: linkerd, PrometheusTelemeter.writeMetrics.
Series SeriesOf(const MetricPath& path, absl::string_view prefix) {
  Labels labels;
  std::vector<absl::string_view> name;
  size_t i = 0;
  if (path.size() >= 2 && path[0] == "rt") {
    name.push_back("rt");
    labels.emplace_back("rt", path[1]);
    i = 2;
    if (path.size() >= 4 && IsStack(path[2])) {
      name.push_back(path[2]);
      labels.emplace_back(path[2], path[3]);
      i = 4;
      if (path[2] == "client" && path.size() >= 6 && path[4] == "service") {
        name.push_back("service");
        labels.emplace_back("service", path[5]);
        i = 6;
      } else if (path.size() >= 6 && (path[4] == "failures" || path[4] == "exn")) {
        name.push_back(path[4] == "failures" ? "failures" : "exceptions");
        labels.emplace_back("exception", absl::StrJoin(path.begin() + 5, path.end(), ":"));
        i = path.size();
      }
    }
  }
  for (; i < path.size(); ++i) name.push_back(path[i]);
  return {MetricName(absl::StrCat(prefix, absl::StrJoin(name, ":"))), std::move(labels)};
}

std::string LabelText(const Labels& labels, absl::string_view extra_name = "",
                      absl::string_view extra_value = "") {
  std::vector<std::string> parts;
  for (const auto& [name, value] : labels)
    parts.push_back(absl::StrCat(name, "=\"", LabelValue(value), "\""));
  if (!extra_name.empty()) parts.push_back(absl::StrCat(extra_name, "=\"", extra_value, "\""));
  return parts.empty() ? "" : absl::StrCat("{", absl::StrJoin(parts, ", "), "}");
}

// "5" or "0.85": at most three places.
std::string Number(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  std::string text = absl::StrFormat("%.3f", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

// "1.0" or "1.5": shows that it is no count.
std::string Float(double value) {
  std::string text = Number(value);
  return std::isfinite(value) && text.find('.') == std::string::npos ? text + ".0" : text;
}

void AddLine(Families& families, const std::string& family, const char* type, absl::string_view name,
             absl::string_view labels, absl::string_view value) {
  Family& lines = families[family];
  lines.type = type;
  absl::StrAppend(&lines.lines, name, labels, " ", value, "\n");
}

// What Linkerd shows: the quantiles of the last minute; and the count and the sum, which never run backwards.
void AddSummary(Families& families, const Series& series, const ShownMetric& metric) {
  const std::string& name = series.name;
  const double scale = UnitScale(metric.sample.unit);
  const HistogramSnapshot& total = metric.sample.histogram;
  const HistogramSnapshot& recent = metric.recent;
  const std::string plain = LabelText(series.labels);
  const auto add = [&](absl::string_view suffix, absl::string_view text, absl::string_view value) {
    AddLine(families, name, "summary", absl::StrCat(name, suffix), text, value);
  };
  add("_count", plain, absl::StrCat(total.count()));
  add("_sum", plain, Number(static_cast<double>(total.sum()) / scale));
  if (recent.empty()) return;
  const auto quantile = [&](absl::string_view label, uint64_t value) {
    add("", LabelText(series.labels, "quantile", label), Number(static_cast<double>(value) / scale));
  };
  quantile("0", recent.Min());
  for (const ShownQuantile& q : kShownQuantiles) quantile(q.label, recent.Quantile(q.q));
  quantile("1", recent.Max());
  const std::string average = name + "_avg";
  AddLine(families, average, "gauge", average, plain, Float(recent.Mean() / scale));
}

void AddHistogram(Families& families, const Series& series, const MetricSample& sample) {
  // The same bounds in every process, whatever it has seen, so that buckets can be added up over processes:
  // latencies from 0.127 ms to 67 s; other values from 1 to a million.
  const bool latency = sample.unit == HistogramUnit::kMicros;
  const int first = latency ? 7 : 1;
  const int last = latency ? 26 : 20;
  const std::string name = series.name + "_histogram";
  const auto add = [&](absl::string_view suffix, absl::string_view labels, absl::string_view value) {
    AddLine(families, name, "histogram", absl::StrCat(name, suffix), labels, value);
  };
  const double scale = UnitScale(sample.unit);
  for (int power = first; power <= last; ++power) {
    const uint64_t bound = (uint64_t{1} << power) - 1;
    add("_bucket", LabelText(series.labels, "le", Number(static_cast<double>(bound) / scale)),
        absl::StrCat(sample.histogram.CountUpTo(bound)));
  }
  const std::string plain = LabelText(series.labels);
  add("_bucket", LabelText(series.labels, "le", "+Inf"), absl::StrCat(sample.histogram.count()));
  add("_sum", plain, Number(static_cast<double>(sample.histogram.sum()) / scale));
  add("_count", plain, absl::StrCat(sample.histogram.count()));
}

}  // namespace

std::string FormatPrometheus(const std::vector<ShownMetric>& metrics, absl::string_view prefix) {
  Families families;
  for (const ShownMetric& metric : metrics) {
    const MetricSample& sample = metric.sample;
    const Series series = SeriesOf(sample.path, prefix);
    switch (sample.kind) {
      case MetricSample::Kind::kCounter:
        AddLine(families, series.name, "counter", series.name, LabelText(series.labels),
                absl::StrCat(sample.counter));
        break;
      case MetricSample::Kind::kGauge:
        AddLine(families, series.name, "gauge", series.name, LabelText(series.labels), Float(sample.gauge));
        break;
      case MetricSample::Kind::kHistogram:
        if (sample.histogram.empty()) break;
        AddSummary(families, series, metric);
        AddHistogram(families, series, sample);
        break;
    }
  }
  std::string out;
  for (const auto& [name, family] : families) {
    absl::StrAppend(&out, "# TYPE ", name, " ", family.type, "\n", family.lines);
  }
  return out;
}

}  // namespace heddle
