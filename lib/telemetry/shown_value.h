// How the values of a histogram are shown: a latency, recorded in microseconds, as milliseconds.
#ifndef HEDDLE_LIB_TELEMETRY_SHOWN_VALUE_H_
#define HEDDLE_LIB_TELEMETRY_SHOWN_VALUE_H_

#include <cstdint>

#include "lib/stats/metrics_tree.h"

namespace heddle {

inline double UnitScale(HistogramUnit unit) { return unit == HistogramUnit::kMicros ? 1000.0 : 1.0; }

// A quantile that dashboards ask for: its label in Prometheus, its suffix in metrics.json.
struct ShownQuantile {
  double q;
  const char* label;
  const char* suffix;
};
inline constexpr ShownQuantile kShownQuantiles[] = {
    {0.5, "0.5", "p50"},   {0.9, "0.9", "p90"},       {0.95, "0.95", "p95"},
    {0.99, "0.99", "p99"}, {0.999, "0.999", "p9990"}, {0.9999, "0.9999", "p9999"},
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TELEMETRY_SHOWN_VALUE_H_
