// What processes have cost so far: CPU time from the kernel's accounting, and counts where it offers them.
#ifndef HEDDLE_TESTS_BENCH_PEER_PROCESS_COST_H_
#define HEDDLE_TESTS_BENCH_PEER_PROCESS_COST_H_

#include <cstdint>
#include <vector>

namespace heddle::bench {

// Of all threads of the processes, since each began.
struct CpuTime {
  double total_us = 0;  // exact: the scheduler's own clock
  double user_us = 0;   // its share is sampled by the kernel's ticks: good over a second or more
};
CpuTime CpuTimeOf(const std::vector<int>& pids);

// Counts over all threads that the processes have when it is made. Unreadable counts are negative: a virtual
// machine has no instruction counter, and system calls are root's to see.
class Counters {
 public:
  // `syscall_event`: the id of the trace point raw_syscalls:sys_enter; 0: unknown.
  Counters(const std::vector<int>& pids, uint64_t syscall_event);
  ~Counters();
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;

  double UserInstructions() const { return Sum(instructions_); }
  double SystemCalls() const { return Sum(system_calls_); }

 private:
  static double Sum(const std::vector<int>& counters);

  std::vector<int> instructions_, system_calls_;  // descriptors; -1: refused
};

}  // namespace heddle::bench

#endif  // HEDDLE_TESTS_BENCH_PEER_PROCESS_COST_H_
