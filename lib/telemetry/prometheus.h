// Metrics in Prometheus' text format (prometheus.io, "Exposition formats", version 0.0.4), under the names
// that Linkerd's dashboards use.
//
//   rt/http/client/#/io.l5d.fs/web/requests     rt:client:requests{rt="http", client="#/io.l5d.fs/web"} 17
//   .../failures/com.x.Timeout                  rt:client:failures{..., exception="com.x.Timeout"} 1
//   .../request_latency_ms                      rt:client:request_latency_ms{..., quantile="0.99"} 4.2 (last
//   minute)
//                                               rt:client:request_latency_ms_count{...}, _sum    (since the
//                                               start) rt:client:request_latency_ms_avg{...}            (last
//                                               minute) rt:client:request_latency_ms_histogram_bucket{...,
//                                               le="1.023"}
//
// Quantiles of several processes cannot be added up; the histogram's buckets can: histogram_quantile(0.99,
// sum by (le) (rate(rt:client:request_latency_ms_histogram_bucket[1m]))). The bounds are 2^n - 1
// microseconds, at which the counts are exact.
#ifndef HEDDLE_LIB_TELEMETRY_PROMETHEUS_H_
#define HEDDLE_LIB_TELEMETRY_PROMETHEUS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/telemetry/metrics_view.h"

namespace heddle {

// `prefix` goes before each name ("linkerd_"). The lines of one name stand together, after its TYPE line.
std::string FormatPrometheus(const std::vector<ShownMetric>& metrics, absl::string_view prefix);

}  // namespace heddle

#endif  // HEDDLE_LIB_TELEMETRY_PROMETHEUS_H_
