#include "lib/namers/srv_addrs.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"

namespace heddle {
namespace {

constexpr Millis kMinRetry(1'000);
constexpr Millis kMaxRetry(30'000);

// What the first of two knows, else what the second does: a server that knows a service may not know the
// hosts that it is on, when they belong to another zone.
class EitherAddr : public Watch<Addr> {
 public:
  EitherAddr(std::shared_ptr<Watch<Addr>> first, std::shared_ptr<Watch<Addr>> second)
      : Watch<Addr>(Addr::Pending()), first_(std::move(first)), second_(std::move(second)) {}

 protected:
  void OnFirstSubscriber() override {
    first_subscription_ = first_->Subscribe([this](const Addr&) { Combine(); });
  }
  void OnLastUnsubscribed() override {
    first_subscription_.Cancel();
    second_subscription_.Cancel();
  }

 private:
  void Combine() {
    const auto self = shared_from_this();
    const AddrState state = first_->Get().state;
    const bool ask_second = state == AddrState::kAbsent || state == AddrState::kFailed;
    if (!ask_second) {
      second_subscription_.Cancel();
    } else if (!second_subscription_.active()) {
      combining_ = true;
      second_subscription_ = second_->Subscribe([this](const Addr&) {
        if (!combining_) Combine();
      });
      combining_ = false;
    }
    const bool second_knows =
        second_->Get().state == AddrState::kBound || second_->Get().state == AddrState::kPending;
    Publish(Addr(ask_second && second_knows ? second_->Get() : first_->Get()));
  }

  const std::shared_ptr<Watch<Addr>> first_;
  const std::shared_ptr<Watch<Addr>> second_;
  bool combining_ = false;
  Subscription first_subscription_;
  Subscription second_subscription_;
};

}  // namespace

SrvStats::SrvStats(const Scope& scope)
    : set(scope),
      successes(set.AddCounter({"lookup_successes_total"})),
      failures(set.AddCounter({"lookup_failures_total"})),
      zero_results(set.AddCounter({"lookup_zero_results_total"})),
      unexpected(set.AddCounter({"unexpected_code_total"})),
      unknown_hosts(set.AddCounter({"unknown_srv_hosts_results_total"})),
      latency(set.AddLatency({"request_duration_ms"})) {}

SrvAddrs::SrvAddrs(std::shared_ptr<SrvContext> context, std::string name)
    : Watch<Addr>(Addr::Pending()),
      context_(std::move(context)),
      name_(std::move(name)),
      backoff_(kMinRetry, kMaxRetry, std::hash<std::string>()(name_)),
      timer_(context_->loop, [this] { Resolve(); }) {}

void SrvAddrs::OnFirstSubscriber() {
  health_.emplace(context_->stats, context_->loop);
  OnServers();
}

void SrvAddrs::OnLastUnsubscribed() {
  query_.reset();
  timer_.Cancel();
  targets_.clear();
  health_.reset();
}

void SrvAddrs::OnServers() {
  if (!health_) return;
  const DnsServers* servers = context_->servers.get();
  if (servers == nullptr || !servers->servers().empty()) {
    Resolve();
  } else if (!servers->status().ok()) {
    Fail(servers->status());
  }
}

void SrvAddrs::Resolve() {
  asked_ = context_->loop.Now();
  query_ = context_->own->resolver().ResolveServices(
      name_, [this](const DnsResolver::Answer& answer) { Take(answer); }, context_->refresh);
}

void SrvAddrs::Take(const DnsResolver::Answer& answer) {
  query_.reset();
  SrvStats& stats = context_->srv_stats;
  stats.latency.Record(static_cast<uint64_t>((context_->loop.Now() - asked_).count() / 1000));
  const bool absent = absl::IsNotFound(answer.status) || absl::IsInvalidArgument(answer.status);
  if (!answer.status.ok() && !absent) {
    stats.unexpected.Increment();
    timer_.Start(std::min(context_->refresh, Nanos(backoff_.Next())));
    return Fail(answer.status);
  }
  (absent ? stats.failures : stats.successes).Increment();
  backoff_.Reset();
  health_->Succeeded();
  timer_.Start(context_->refresh);
  Follow(answer.services);
}

void SrvAddrs::Fail(const absl::Status& error) {
  const bool begins = health_->error().ok();
  health_->Failed(error);
  const AddrState last = Get().state;
  // What nobody has used yet is told to who asks for it, and not here: anyone may make names up.
  if (begins && last == AddrState::kBound) {
    Log(LogLevel::kWarning) << "io.l5d.dnssrv: " << error.message()
                            << "; the last known addresses stay in use";
  }
  if (last == AddrState::kPending || last == AddrState::kFailed) Set(Addr::Failed(error));
}

void SrvAddrs::Follow(const std::vector<SrvRecord>& records) {
  std::vector<Target> targets;
  following_ = true;
  for (const SrvRecord& record : records) {
    if (record.target.empty()) continue;  // RFC 2782: "decidedly not available at this domain"
    Target target{record, AddressesOf(record), {}};
    target.subscription = target.addr->Subscribe([this](const Addr& addr) {
      const bool unknown = addr.state == AddrState::kAbsent || addr.state == AddrState::kFailed;
      if (unknown) context_->srv_stats.unknown_hosts.Increment();
      Combine();
    });
    targets.push_back(std::move(target));
  }
  if (targets.empty() && !records.empty()) context_->srv_stats.zero_results.Increment();
  targets_ = std::move(targets);  // the old ones go after the new ones are followed
  following_ = false;
  Combine();
}

std::shared_ptr<Watch<Addr>> SrvAddrs::AddressesOf(const SrvRecord& record) {
  const std::string host = absl::StrCat(record.target, ".");  // no search domains
  auto own = context_->own->Get(host, record.port);
  if (context_->own == context_->machine) return own;
  return std::make_shared<EitherAddr>(std::move(own), context_->machine->Get(host, record.port));
}

void SrvAddrs::Combine() {
  if (following_) return;
  std::vector<SrvTarget> known;
  for (const Target& target : targets_) known.push_back({target.record, target.addr->Get()});
  Addr addr = ChooseEndpoints(std::move(known));
  const bool worse = addr.state == AddrState::kPending || addr.state == AddrState::kFailed;
  if (worse && Get().state == AddrState::kBound) return;  // the last known good stays
  Set(std::move(addr));
}

// Last in every path: an observer may drop this.
void SrvAddrs::Set(Addr addr) {
  if (addr == Get()) return;
  context_->stats.updates.Increment();
  Publish(std::move(addr));
}

}  // namespace heddle
