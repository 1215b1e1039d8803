#include "lib/telemetry/metrics_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lib/telemetry/shown_value.h"

namespace heddle {

namespace {

using Json = nlohmann::json;
using Members = std::vector<std::pair<std::string, Json>>;

std::string Dump(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// A whole number where it is one, as Linkerd shows it.
Json Number(double value) {
  const auto whole = static_cast<int64_t>(value);
  return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

void AddHistogram(const std::string& name, const ShownMetric& metric, Members& out) {
  const HistogramSnapshot& recent = metric.recent;
  const double scale = UnitScale(metric.sample.unit);
  const auto shown = [&](uint64_t value) { return Number(static_cast<double>(value) / scale); };
  out.emplace_back(name + ".count", recent.count());
  if (recent.empty()) return;
  out.emplace_back(name + ".max", shown(recent.Max()));
  out.emplace_back(name + ".min", shown(recent.Min()));
  for (const ShownQuantile& q : kShownQuantiles)
    out.emplace_back(absl::StrCat(name, ".", q.suffix), shown(recent.Quantile(q.q)));
  out.emplace_back(name + ".sum", shown(recent.sum()));
  out.emplace_back(name + ".avg", recent.Mean() / scale);
}

void AddMetric(const std::string& name, const ShownMetric& metric, Members& out) {
  switch (metric.sample.kind) {
    case MetricSample::Kind::kCounter:
      out.emplace_back(name, metric.sample.counter);
      break;
    case MetricSample::Kind::kGauge:
      out.emplace_back(name, metric.sample.gauge);
      break;
    case MetricSample::Kind::kHistogram:
      AddHistogram(name, metric, out);
      break;
  }
}

const char* KindName(MetricSample::Kind kind) {
  switch (kind) {
    case MetricSample::Kind::kCounter:
      return "counter";
    case MetricSample::Kind::kGauge:
      return "gauge";
    default:
      return "stat";
  }
}

void AddToTree(absl::string_view query, const ShownMetric& metric, Json& out) {
  // The query may end inside a segment that holds slashes: what is left of that segment is the first level.
  Json* node = &out;
  size_t skip = query.empty() ? 0 : query.size() + 1;
  for (const std::string& segment : metric.sample.path) {
    if (skip > segment.size()) {
      skip -= segment.size() + 1;
      continue;
    }
    node = &(*node)[segment.substr(skip)];
    // A scope that has the name of a metric's value ("counter") cannot be shown beside it.
    if (!node->is_null() && !node->is_object()) return;
    skip = 0;
  }
  Members members;
  AddMetric(KindName(metric.sample.kind), metric, members);
  for (auto& [name, value] : members) node->emplace(name, std::move(value));
}

// In the order of the metrics, as fast as they come.
std::string DumpMembers(const Members& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    absl::StrAppend(&out, out.size() > 1 ? "," : "", Dump(name), ":", Dump(value));
  }
  return out + "}";
}

}  // namespace

absl::StatusOr<std::string> FormatMetricsJson(const std::vector<ShownMetric>& metrics,
                                              const MetricsJsonOptions& options) {
  const absl::string_view query = absl::StripSuffix(options.query, "/");
  const std::string below = query.empty() ? "" : absl::StrCat(query, "/");
  Members flat;
  Json tree = Json::object();
  for (const ShownMetric& metric : metrics) {
    const std::string name = absl::StrJoin(metric.sample.path, "/");
    if (!absl::StartsWith(name, below)) continue;
    if (options.tree) {
      AddToTree(query, metric, tree);
    } else {
      AddMetric(name.substr(below.size()), metric, flat);
    }
  }
  if (!query.empty() && flat.empty() && tree.empty()) {
    return absl::NotFoundError(absl::StrCat("No such subtree: ", query));
  }
  if (!options.tree && !options.pretty) return DumpMembers(flat);
  for (auto& [name, value] : flat) tree.emplace(std::move(name), std::move(value));
  return Dump(tree, options.pretty ? 2 : -1);
}

std::string JsonError(absl::string_view message) {
  return absl::StrCat("{\"error\": ", Dump(std::string(message)), "}");
}

}  // namespace heddle
