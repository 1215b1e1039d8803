// The other end of a proxy under test: back ends and requesters in one thread and one poll, as cheap as they
// can be, so that both fit on one core beside a proxy on another. Driven by lines on standard input; see
// kUsage.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/peer/back_end.h"
#include "tests/bench/peer/load.h"

namespace heddle::bench {
namespace {

constexpr char kUsage[] =
    "usage: bench_peer BACK_ENDS\n"
    "Serves GETs on so many ports of 127.0.0.1 and obeys lines on standard input, each answered with a line "
    "of JSON:\n"
    "  ports                                     of the back ends\n"
    "  body bytes=N                              of the answers from now on\n"
    "  connect port=P connections=N hosts=N      keep-alive connections, for requests to svc-0 .. svc-<N-1>\n"
    "  run seconds=S | requests=N [rate=R] [outstanding=N] [pids=P,P...] [count=1 syscall_event=ID]\n"
    "                                            requests over them; the cost of the processes over the same "
    "time\n"
    "  disconnect\n";

void RaiseFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// The words `name=value` of a command.
class Arguments {
 public:
  explicit Arguments(std::istringstream& words) {
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      if (equals != std::string::npos) values_[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  double Number(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? 0 : std::atof(found->second.c_str());
  }
  size_t Count(const std::string& name) const { return static_cast<size_t>(Number(name)); }
  std::vector<int> Pids() const {
    const auto found = values_.find("pids");
    std::istringstream list(found == values_.end() ? "" : found->second);
    std::vector<int> pids;
    for (std::string pid; std::getline(list, pid, ',');) pids.push_back(std::atoi(pid.c_str()));
    return pids;
  }

 private:
  std::map<std::string, std::string> values_;
};

RunPlan PlanOf(const Arguments& arguments) {
  RunPlan plan;
  plan.seconds = arguments.Number("seconds");
  plan.requests = arguments.Count("requests");
  plan.rate = arguments.Number("rate");
  plan.outstanding = arguments.Count("outstanding");
  plan.pids = arguments.Pids();
  plan.count = arguments.Number("count") != 0;
  plan.syscall_event = arguments.Count("syscall_event");
  return plan;
}

// Standard input as a member of the poll, so that back ends serve between commands.
class Peer : public Socket {
 public:
  Peer(Poll& poll, int back_ends) : Socket(dup(STDIN_FILENO)), poll_(poll) {
    for (int i = 0; i < back_ends; ++i) back_ends_.push_back(std::make_unique<BackEnd>(poll_, response_));
    poll_.Add(*this, EPOLLIN);
  }
  void OnReady(uint32_t) override { ready_ = true; }

  // False at the end of the input.
  bool RunNext() {
    while (!std::exchange(ready_, false)) poll_.Turn(1000);
    std::string line;
    if (!std::getline(std::cin, line)) return false;
    std::istringstream words(line);
    std::string command;
    words >> command;
    std::puts(Answer(command, Arguments(words)).c_str());
    std::fflush(stdout);
    return true;
  }

 private:
  std::string Answer(const std::string& command, const Arguments& arguments) {
    if (command == "ports") {
      nlohmann::json ports = nlohmann::json::array();
      for (const auto& back_end : back_ends_) ports.push_back(back_end->port());
      return ports.dump();
    }
    if (command == "body") {
      response_.SetBody(arguments.Count("bytes"));
    } else if (command == "connect") {
      load_ = std::make_unique<Load>(poll_, static_cast<int>(arguments.Number("port")),
                                     arguments.Count("connections"), arguments.Count("hosts"));
    } else if (command == "run" && load_ != nullptr) {
      return load_->Run(PlanOf(arguments));
    } else if (command == "disconnect") {
      load_.reset();
    } else {
      return R"({"error": "no such command, or not connected"})";
    }
    return "{}";
  }

  Poll& poll_;
  Response response_;
  std::vector<std::unique_ptr<BackEnd>> back_ends_;
  bool ready_ = false;
  std::unique_ptr<Load> load_;
};

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  const int back_ends = argc == 2 ? std::atoi(argv[1]) : 0;
  if (back_ends < 1) {
    std::fputs(heddle::bench::kUsage, stderr);
    return 64;
  }
  std::signal(SIGPIPE, SIG_IGN);
  heddle::bench::RaiseFileLimit();
  heddle::bench::Poll poll;
  heddle::bench::Peer peer(poll, back_ends);
  while (peer.RunNext()) {
  }
  return 0;
}
