#include "tests/bench/peer/process_cost.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace heddle::bench {

namespace {

std::vector<int> ThreadsOf(int pid) {
  std::vector<int> threads;
  std::error_code gone;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    threads.push_back(std::atoi(entry.path().filename().c_str()));
  }
  return threads;
}

int OpenCounter(int thread, uint32_t type, uint64_t config) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = type;
  attributes.config = config;
  attributes.exclude_kernel = type == PERF_TYPE_HARDWARE;
  attributes.exclude_hv = 1;
  return static_cast<int>(syscall(SYS_perf_event_open, &attributes, thread, -1, -1, 0));
}

double UserMicros(int pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;  // it ended
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double ticks = 0;
  fields >> ticks;
  return ticks * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

CpuTime CpuTimeOf(const std::vector<int>& pids) {
  CpuTime sum;
  for (const int pid : pids) {
    for (const int thread : ThreadsOf(pid)) {
      std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(thread) + "/schedstat");
      double run_ns = 0;
      if (file >> run_ns) sum.total_us += run_ns / 1000;
    }
    sum.user_us += UserMicros(pid);
  }
  return sum;
}

Counters::Counters(const std::vector<int>& pids, uint64_t syscall_event) {
  for (const int pid : pids) {
    for (const int thread : ThreadsOf(pid)) {
      instructions_.push_back(OpenCounter(thread, PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS));
      system_calls_.push_back(syscall_event == 0 ? -1
                                                 : OpenCounter(thread, PERF_TYPE_TRACEPOINT, syscall_event));
    }
  }
}

Counters::~Counters() {
  for (const std::vector<int>* counters : {&instructions_, &system_calls_}) {
    for (const int fd : *counters) {
      if (fd >= 0) close(fd);
    }
  }
}

double Counters::Sum(const std::vector<int>& counters) {
  double sum = counters.empty() ? -1 : 0;
  for (const int fd : counters) {
    uint64_t count = 0;
    if (fd < 0 || read(fd, &count, sizeof(count)) != sizeof(count)) return -1;
    sum += static_cast<double>(count);
  }
  return sum;
}

}  // namespace heddle::bench
