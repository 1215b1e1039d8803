#include "lib/telemetry/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"

namespace heddle {

namespace {

double ToMillis(Nanos time) { return static_cast<double>(std::chrono::duration_cast<Millis>(time).count()); }

// The entries of /proc/self/fd and /proc/self/task.
double CountEntries(const char* path) {
  DIR* dir = opendir(path);
  if (dir == nullptr) return 0;
  double count = 0;
  while (const dirent* entry = readdir(dir)) count += entry->d_name[0] == '.' ? 0 : 1;
  closedir(dir);
  return count;
}

double FdLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

// The control group's limit (version 2, then 1) where there is one, else the machine's memory.
double MemoryLimit() {
  struct sysinfo info {};
  sysinfo(&info);
  double limit = static_cast<double>(info.totalram) * info.mem_unit;
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::string text;
    double bytes = 0;
    if (std::ifstream(path) >> text && absl::SimpleAtod(text, &bytes)) limit = std::min(limit, bytes);
  }
  return limit;
}

struct Memory {
  double size = 0;
  double resident = 0;
};

Memory ReadMemory() {
  Memory pages;
  std::ifstream("/proc/self/statm") >> pages.size >> pages.resident;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {pages.size * page, pages.resident * page};
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

ProcessMetrics::ProcessMetrics(const Scope& root, const Clock& clock)
    : clock_(clock),
      started_(clock.Now()),
      set_(root),
      uptime_(set_.AddGauge({"jvm", "uptime"})),
      fd_count_(set_.AddGauge({"jvm", "fd_count"})),
      heap_used_(set_.AddGauge({"jvm", "heap", "used"})),
      heap_committed_(set_.AddGauge({"jvm", "heap", "committed"})),
      mem_used_(set_.AddGauge({"jvm", "mem", "current", "used"})),
      threads_(set_.AddGauge({"jvm", "thread", "count"})),
      cpu_seconds_(set_.AddGauge({"heddle", "cpu_seconds"})) {
  set_.AddGauge({"jvm", "start_time"}).Set(ToMillis(clock.WallNow()));
  set_.AddGauge({"jvm", "num_cpus"}).Set(std::thread::hardware_concurrency());
  set_.AddGauge({"jvm", "fd_limit"}).Set(FdLimit());
  set_.AddGauge({"jvm", "heap", "max"}).Set(MemoryLimit());
  Update();
}

void ProcessMetrics::Update() {
  uptime_.Set(ToMillis(clock_.Now() - started_));
  fd_count_.Set(CountEntries("/proc/self/fd"));
  const Memory memory = ReadMemory();
  heap_used_.Set(memory.resident);
  heap_committed_.Set(memory.size);
  mem_used_.Set(memory.resident);
  threads_.Set(CountEntries("/proc/self/task"));
  cpu_seconds_.Set(CpuSeconds());
}

}  // namespace heddle
