// Load on a proxy: keep-alive connections and runs of requests over them, measured.
#ifndef HEDDLE_TESTS_BENCH_PEER_LOAD_H_
#define HEDDLE_TESTS_BENCH_PEER_LOAD_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/peer/process_cost.h"
#include "tests/bench/peer/requester.h"

namespace heddle::bench {

struct RunPlan {
  double seconds = 0;          // how long; 0: until `requests` are answered
  size_t requests = 0;         // how many, when seconds is 0
  double rate = 0;             // requests a second, each due at its time; 0: as fast as they are answered
  size_t outstanding = 0;      // at most so many under way; 0: one a connection
  std::vector<int> pids;       // whose cost is measured
  bool count = false;          // count instructions and system calls, too
  uint64_t syscall_event = 0;  // see Counters
};

class Load : public Requester::Owner {
 public:
  // Connects to `port` of 127.0.0.1. Requests are for the hosts svc-0 .. svc-<hosts-1> in turn.
  Load(Poll& poll, int port, size_t connections, size_t hosts);

  // Runs, and returns what came of it as a line of JSON.
  std::string Run(const RunPlan& plan);

 private:
  void RunUntilDone();
  void SendDue();
  void SendOne(Clock::time_point due);
  void OnAnswer(Requester& requester) override;
  void OnLost(Requester& requester) override;
  // Of the latencies of the run, in microseconds.
  double Percentile(double share);

  Poll& poll_;
  std::vector<std::string> requests_;  // one a host
  std::vector<std::unique_ptr<Requester>> all_;
  std::deque<Requester*> idle_;
  size_t next_host_ = 0;

  // Of the run under way.
  RunPlan plan_;
  std::vector<int64_t> latencies_ns_;
  std::deque<Clock::time_point> due_;
  Clock::time_point next_due_;
  size_t sent_ = 0, bad_ = 0, lost_ = 0;
  bool running_ = false;
  std::string first_bad_;  // head of the first answer that was not a 200
};

}  // namespace heddle::bench

#endif  // HEDDLE_TESTS_BENCH_PEER_LOAD_H_
