#include "tests/bench/peer/load.h"

#include <sys/resource.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace heddle::bench {

namespace {

using Nanos = std::chrono::nanoseconds;

// What a browser sends behind another proxy: 10 fields.
std::string RequestFor(size_t host) {
  return "GET /api/items/42?page=3 HTTP/1.1\r\nHost: svc-" + std::to_string(host) +
         "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
         "Accept: application/json, text/plain, */*\r\nAccept-Language: en-US,en;q=0.5\r\n"
         "Accept-Encoding: gzip, deflate, br\r\nReferer: https://shop.example.com/catalogue\r\n"
         "Cookie: session=8b7c1f0a5d3e4f62; theme=dark\r\nX-Request-Id: "
         "4f9d6a52-8a0c-4c7e-9b43-0d1f5f6f2a11\r\n"
         "X-Forwarded-For: 203.0.113.7\r\nCache-Control: no-cache\r\n\r\n";
}

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// CPU seconds of this process.
double OwnCpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// -1 stays: the count is unknown.
double PerRequest(double count, double requests) { return count < 0 ? -1 : count / requests; }

}  // namespace

Load::Load(Poll& poll, int port, size_t connections, size_t hosts) : poll_(poll) {
  for (size_t i = 0; i < hosts; ++i) requests_.push_back(RequestFor(i));
  for (size_t i = 0; i < connections; ++i) {
    all_.push_back(std::make_unique<Requester>(poll_, port, *this));
    idle_.push_back(all_.back().get());
  }
}

std::string Load::Run(const RunPlan& plan) {
  plan_ = plan;
  latencies_ns_.clear();
  first_bad_.clear();
  sent_ = bad_ = 0;
  const Counters counters(plan_.count ? plan_.pids : std::vector<int>{}, plan_.syscall_event);
  const double instructions = counters.UserInstructions(), system_calls = counters.SystemCalls();
  const CpuTime cpu = CpuTimeOf(plan_.pids);
  const double own_cpu = OwnCpu();
  const auto start = Clock::now();
  RunUntilDone();
  const double seconds = SecondsSince(start);
  const double own_cpu_used = OwnCpu() - own_cpu;
  const CpuTime after = CpuTimeOf(plan_.pids);
  const auto requests = static_cast<double>(std::max<size_t>(1, latencies_ns_.size()));
  const double total_us = after.total_us - cpu.total_us, user_us = after.user_us - cpu.user_us;
  return nlohmann::json{
      {"requests", latencies_ns_.size()},
      {"bad", bad_},
      {"lost", lost_},
      {"first_bad", first_bad_},
      {"rps", requests / seconds},
      {"cpu_us_per_req", total_us / requests},
      {"user_us_per_req", user_us / requests},
      {"sys_us_per_req", std::max(0.0, total_us - user_us) / requests},
      {"p50_us", Percentile(0.5)},
      {"p99_us", Percentile(0.99)},
      {"p999_us", Percentile(0.999)},
      {"peer_busy", own_cpu_used / seconds},
      {"instructions_per_req",
       PerRequest(counters.UserInstructions() - std::max(0.0, instructions), requests)},
      {"syscalls_per_req", PerRequest(counters.SystemCalls() - std::max(0.0, system_calls), requests)}}
      .dump();
}

void Load::RunUntilDone() {
  const auto start = Clock::now();
  next_due_ = start;
  running_ = true;
  const auto is_over = [&] {
    if (plan_.seconds > 0) return SecondsSince(start) >= plan_.seconds;
    return sent_ >= plan_.requests || lost_ == all_.size();
  };
  while (!is_over()) {
    SendDue();
    poll_.Turn(plan_.rate > 0 ? 0 : 10);
  }
  running_ = false;
  due_.clear();
  const auto end = Clock::now();
  while (idle_.size() + lost_ < all_.size() && SecondsSince(end) < 5) poll_.Turn(10);
}

void Load::SendDue() {
  const auto now = Clock::now();
  if (plan_.rate > 0) {
    const Nanos gap(static_cast<int64_t>(1e9 / plan_.rate));
    for (; next_due_ <= now; next_due_ += gap) due_.push_back(next_due_);
    while (!due_.empty() && !idle_.empty()) {
      SendOne(due_.front());
      due_.pop_front();
    }
    return;
  }
  const size_t most = plan_.outstanding == 0 ? all_.size() : plan_.outstanding;
  while (!idle_.empty() && all_.size() - idle_.size() - lost_ < most) {
    if (plan_.seconds == 0 && sent_ >= plan_.requests) return;
    SendOne(now);
  }
}

void Load::SendOne(Clock::time_point due) {
  Requester* requester = idle_.front();
  idle_.pop_front();
  ++sent_;
  requester->Send(requests_[next_host_++ % requests_.size()], due);
}

void Load::OnAnswer(Requester& requester) {
  const auto now = Clock::now();
  latencies_ns_.push_back(std::chrono::duration_cast<Nanos>(now - requester.due()).count());
  if (!requester.good() && bad_++ == 0) first_bad_ = requester.head();
  idle_.push_back(&requester);
  if (running_ && plan_.rate == 0) SendDue();
}

// Its connection is not used again; the caller ends the bench.
void Load::OnLost(Requester& requester) {
  ++lost_;
  poll_.Remove(requester);
}

double Load::Percentile(double share) {
  if (latencies_ns_.empty()) return 0;
  const auto count = static_cast<double>(latencies_ns_.size());
  const auto at = std::min<ptrdiff_t>(std::ssize(latencies_ns_) - 1, static_cast<ptrdiff_t>(share * count));
  std::nth_element(latencies_ns_.begin(), latencies_ns_.begin() + at, latencies_ns_.end());
  return static_cast<double>(latencies_ns_[static_cast<size_t>(at)]) / 1000;
}

}  // namespace heddle::bench
