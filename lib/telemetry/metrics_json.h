// Metrics as JSON, in the form of Linkerd's /admin/metrics.json.
#ifndef HEDDLE_LIB_TELEMETRY_METRICS_JSON_H_
#define HEDDLE_LIB_TELEMETRY_METRICS_JSON_H_

#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/telemetry/metrics_view.h"

namespace heddle {

struct MetricsJsonOptions {
  std::string query;    // "rt/http": only what is below it, with names relative to it
  bool tree = false;    // {"rt":{"http":{...{"requests":{"counter":1}}}}}, not {"rt/http/.../requests":1}
  bool pretty = false;  // indented
};

// Histograms show their last minute: name.count, and if that is not 0 .max .min .p50 .p90 .p95 .p99 .p9990
// .p9999 .sum .avg; latencies in milliseconds. NotFound if nothing is below the query.
absl::StatusOr<std::string> FormatMetricsJson(const std::vector<ShownMetric>& metrics,
                                              const MetricsJsonOptions& options);

// {"error": "<message>"}
std::string JsonError(absl::string_view message);

}  // namespace heddle

#endif  // HEDDLE_LIB_TELEMETRY_METRICS_JSON_H_
