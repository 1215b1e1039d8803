#include "lib/telemetry/metrics_view.h"

#include <utility>

namespace heddle {

namespace {
constexpr std::chrono::seconds kTickInterval{20};
constexpr size_t kTicksKept = 3;
}  // namespace

MetricsView::MetricsView(const MetricsTree& tree, Loop& loop)
    : tree_(tree), timer_(loop, [this] { Tick(); }) {
  timer_.Start(kTickInterval);
}

void MetricsView::Tick() {
  Totals now;
  tree_.Visit([&](const MetricSample& sample) {
    if (sample.kind != MetricSample::Kind::kHistogram || sample.histogram.empty()) return;
    std::shared_ptr<const HistogramSnapshot> total;
    if (!past_.empty()) {
      const auto before = past_.back().find(sample.path);
      const bool same = before != past_.back().end() && before->second->count() == sample.histogram.count();
      if (same) total = before->second;
    }
    if (total == nullptr) total = std::make_shared<HistogramSnapshot>(sample.histogram);
    now.emplace(sample.path, std::move(total));
  });
  past_.push_back(std::move(now));
  if (past_.size() > kTicksKept) past_.pop_front();
  timer_.Start(kTickInterval);
}

std::vector<ShownMetric> MetricsView::Read() const {
  std::vector<ShownMetric> shown;
  tree_.Visit([&](const MetricSample& sample) {
    ShownMetric metric{sample, {}};
    if (sample.kind == MetricSample::Kind::kHistogram) {
      const bool young = past_.size() < kTicksKept;
      const auto before = young ? Totals::const_iterator() : past_.front().find(sample.path);
      metric.recent =
          young || before == past_.front().end() ? sample.histogram : sample.histogram.Since(*before->second);
    }
    shown.push_back(std::move(metric));
  });
  return shown;
}

}  // namespace heddle
