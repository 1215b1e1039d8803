// The process itself as metrics: memory, descriptors, threads, uptime. The names are those that Linkerd's
// health dashboard asks for (jvm/uptime, jvm/heap/used), though there is no JVM here.
#ifndef HEDDLE_LIB_TELEMETRY_PROCESS_METRICS_H_
#define HEDDLE_LIB_TELEMETRY_PROCESS_METRICS_H_

#include "lib/base/clock.h"
#include "lib/stats/metrics_tree.h"

namespace heddle {

// One thread.
class ProcessMetrics {
 public:
  // Under `root`: jvm/uptime and jvm/start_time (milliseconds), jvm/num_cpus, jvm/fd_count, jvm/fd_limit,
  // jvm/heap/used (resident bytes), jvm/heap/committed, jvm/heap/max (the memory limit, or the machine's
  // memory), jvm/mem/current/used, jvm/thread/count; and heddle/cpu_seconds. `clock` outlives it.
  ProcessMetrics(const Scope& root, const Clock& clock);

  // Reads the kernel's figures (/proc: some 50 microseconds, does not block on a disk). Before each scrape.
  void Update();

 private:
  const Clock& clock_;
  const Nanos started_;
  MetricSet set_;
  Gauge& uptime_;
  Gauge& fd_count_;
  Gauge& heap_used_;
  Gauge& heap_committed_;
  Gauge& mem_used_;
  Gauge& threads_;
  Gauge& cpu_seconds_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TELEMETRY_PROCESS_METRICS_H_
