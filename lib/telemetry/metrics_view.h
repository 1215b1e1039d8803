// What the exporters show: every counter and gauge as it stands, and of every histogram both all of it and
// its last minute.
#ifndef HEDDLE_LIB_TELEMETRY_METRICS_VIEW_H_
#define HEDDLE_LIB_TELEMETRY_METRICS_VIEW_H_

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/stats/metrics_tree.h"

namespace heddle {

struct ShownMetric {
  MetricSample sample;
  // Of a histogram: what was recorded in the last 40 to 60 seconds; all of it while the process is younger.
  HistogramSnapshot recent;
};

// Loop thread only. The tree and the loop outlive it.
class MetricsView {
 public:
  MetricsView(const MetricsTree& tree, Loop& loop);

  // In the order of paths. Takes some 10 microseconds for each histogram with samples.
  std::vector<ShownMetric> Read() const;

 private:
  using Totals = std::map<MetricPath, std::shared_ptr<const HistogramSnapshot>>;
  void Tick();

  const MetricsTree& tree_;
  Timer timer_;
  std::deque<Totals> past_;  // oldest first; what does not change is shared between them
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TELEMETRY_METRICS_VIEW_H_
