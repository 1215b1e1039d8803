// mesh_bench_fleet TARGET PROXIES NAMES: PROXIES proxies in one process, each with a stream of its own to
// namerd at TARGET ("127.0.0.1:4321") and NAMES names (/svc/name-0 and so on) of the namespace `bench`. They
// acknowledge what they are sent and report traffic of every name, as proxies do. They join kAtOnce at once,
// the next when these are synced. For mesh_bench.py.
//
// Lines on standard output, with the time in nanoseconds of CLOCK_MONOTONIC:
//   up <time>          every proxy is connected and synced
//   down <time>        that is over
//   seen <seq> <time>  every proxy has a change of endpoints: port 10000 + seq, which name 1 + seq % (NAMES -
//   1)
//                      had; or a later one of that name
#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file_limit.h"
#include "lib/event/loop.h"
#include "lib/mesh/client.h"

namespace heddle::bench {
namespace {

constexpr char kNamespace[] = "bench";
constexpr uint16_t kFirstPort = 10000;
// With more, one process may not come to answer namerd's pings in time.
constexpr size_t kAtOnce = 1000;

// What all proxies together have got to.
class Progress {
 public:
  Progress(size_t proxies, size_t names) : proxies_(proxies), names_(names) {}

  // Calls `more` once, when `count` proxies are connected and synced.
  void When(size_t count, std::function<void()> more) {
    awaited_ = count;
    more_ = std::move(more);
  }
  void Up(int by) {
    const bool was = up_ == proxies_;
    up_ += static_cast<size_t>(by);
    if (was != (up_ == proxies_)) Say(was ? "down" : "up");
    if (up_ == awaited_ && more_) std::exchange(more_, nullptr)();
  }

  // One proxy has gone from change `from` of a name to `to`; skipping is seeing.
  void Seen(int64_t from, int64_t to) {
    const auto step = static_cast<int64_t>(names_ - 1);
    for (int64_t seq = to; seq > from && seq >= 0; seq -= step) {
      if (++seen_[seq] < proxies_) continue;
      seen_.erase(seq);
      Say(absl::StrCat("seen ", seq));
    }
  }

 private:
  void Say(const std::string& what) { std::cout << what << " " << Clock::Real().Now().count() << std::endl; }

  const size_t proxies_;
  const size_t names_;
  size_t up_ = 0;
  size_t awaited_ = 0;
  std::function<void()> more_;
  std::map<int64_t, size_t> seen_;
};

// What a name's requests of some seconds come to.
TrafficCounts SomeTraffic() {
  TrafficCounts counts;
  for (uint64_t micros = 500; micros < 20'000; micros += 300) {
    counts.latency.AddBucket(BucketIndex(micros), 5);
    counts.latency.AddSum(5 * micros);
    counts.requests += 5;
  }
  counts.successes = counts.requests - 1;
  counts.failures = {{"com.twitter.finagle.ConnectionFailedException", 1}};
  return counts;
}

class SimulatedProxy {
 public:
  SimulatedProxy(Loop& loop, Progress& progress, const std::string& target, size_t number, size_t names)
      : progress_(progress),
        client_(loop, {.target = target,
                       .proxy_id = absl::StrCat("simulated-", number),
                       .version = "bench",
                       // One process for thousands of proxies may not come to answer for long.
                       .ping_after = std::chrono::minutes(2),
                       .ping_timeout = std::chrono::minutes(2)}) {
    client_.OnSynced([this](const std::string& ns, DtabVersion version) {
      client_.Applied(ns, version);
      SetUp(true);
    });
    client_.ReportTraffic([names](const auto& done) {
      static const TrafficCounts counts = SomeTraffic();
      std::vector<TrafficRow> rows;
      for (size_t i = 0; i < names; ++i) {
        rows.push_back(
            {{kNamespace, absl::StrCat("/svc/name-", i), absl::StrCat("/#/io.l5d.fs/name-", i)}, counts});
      }
      done(std::move(rows));
    });
    connected_ = client_.connected()->Subscribe([this](bool connected) {
      if (!connected) SetUp(false);
    });
    for (size_t i = 0; i < names; ++i) names_.push_back(std::make_unique<Name>(*this, i));
  }

 private:
  struct Name {
    Name(SimulatedProxy& proxy, size_t number)
        : watch(proxy.client_.Bind(kNamespace, Dtab(), Path{"svc", absl::StrCat("name-", number)})) {
      binding = watch->Subscribe([this, &proxy](const Activity<Binding>& now) {
        // The first name's rule is what changes, the others' endpoints.
        if (!now.value || !now.value->tree.is_leaf()) return;
        endpoints = now.value->tree.leaf().addr->Subscribe([this, &proxy](const Addr& addr) {
          if (addr.state == AddrState::kBound) See(proxy.progress_, *addr.endpoints);
        });
      });
    }
    void See(Progress& progress, const std::vector<Endpoint>& all) {
      int64_t latest = seq;
      for (const Endpoint& endpoint : all) {
        latest = std::max<int64_t>(latest, endpoint.address.port() - kFirstPort);
      }
      progress.Seen(std::exchange(seq, latest), latest);
    }

    int64_t seq = -1;
    std::shared_ptr<Watch<Activity<Binding>>> watch;
    Subscription endpoints;
    Subscription binding;
  };

  void SetUp(bool up) {
    if (up != up_) progress_.Up(up ? 1 : -1);
    up_ = up;
  }

  Progress& progress_;
  MeshClient client_;
  bool up_ = false;
  Subscription connected_;
  std::vector<std::unique_ptr<Name>> names_;
};

// The proxies of one process.
class SimulatedFleet {
 public:
  SimulatedFleet(Loop& loop, std::string target, size_t proxies, size_t names)
      : loop_(loop), target_(std::move(target)), size_(proxies), names_(names), progress_(proxies, names) {
    StartMore();
  }

 private:
  void StartMore() {
    const size_t until = std::min(size_, proxies_.size() + kAtOnce);
    if (until < size_) progress_.When(until, [this] { loop_.Post([this] { StartMore(); }); });
    while (proxies_.size() < until) {
      proxies_.push_back(
          std::make_unique<SimulatedProxy>(loop_, progress_, target_, proxies_.size(), names_));
    }
  }

  Loop& loop_;
  const std::string target_;
  const size_t size_;
  const size_t names_;
  Progress progress_;
  std::vector<std::unique_ptr<SimulatedProxy>> proxies_;
};

int Run(const std::string& target, size_t proxies, size_t names) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a bench that is broken off leaves nothing behind
  RaiseFileLimit();
  Loop loop;
  const SimulatedFleet fleet(loop, target, proxies, names);
  loop.Run();  // until it is killed
  return 0;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  size_t proxies = 0;
  size_t names = 0;
  if (argc == 4 && absl::SimpleAtoi(argv[2], &proxies) && absl::SimpleAtoi(argv[3], &names) && proxies > 0 &&
      names > 1) {
    return heddle::bench::Run(argv[1], proxies, names);
  }
  std::cerr << "usage: mesh_bench_fleet HOST:PORT PROXIES NAMES (2 or more)\n";
  return 64;
}
