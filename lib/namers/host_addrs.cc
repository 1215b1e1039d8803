#include "lib/namers/host_addrs.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/event/timer.h"

namespace heddle {
namespace {

constexpr std::chrono::seconds kMinTtl(1);
constexpr std::chrono::seconds kMaxTtl(300);
constexpr Millis kMinRetry(1'000);
constexpr Millis kMaxRetry(30'000);
constexpr size_t kMaxFixed = 16'000;

// One to four decimal numbers; the last fills the bytes that are left.
std::optional<SocketAddress> ParseDecimal(absl::string_view host) {
  const std::vector<absl::string_view> parts = absl::StrSplit(host, '.');
  if (parts.size() > 4) return std::nullopt;
  uint64_t address = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool digits =
        !parts[i].empty() && parts[i].find_first_not_of("0123456789") == absl::string_view::npos;
    uint64_t number = 0;
    if (!digits || !absl::SimpleAtoi(parts[i], &number)) return std::nullopt;
    const bool last = i + 1 == parts.size();
    const size_t bits = last ? 8 * (5 - parts.size()) : 8;
    if (number >> bits != 0) return std::nullopt;
    address = address << bits | number;
  }
  std::string bytes(4, '\0');
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<char>(address >> (24 - 8 * i));
  return *SocketAddress::FromBytes(bytes, 0);
}

}  // namespace

std::optional<SocketAddress> ParseHostLiteral(absl::string_view host) {
  if (auto decimal = ParseDecimal(host)) return decimal;
  const auto v6 = SocketAddress::Parse(host, 0);
  if (v6.ok() && v6->is_v6()) return *v6;
  return std::nullopt;
}

class HostAddrs::HostAddr : public Watch<Addr> {
 public:
  HostAddr(std::shared_ptr<HostAddrs> owner, Key key)
      : Watch<Addr>(Addr::Pending()),
        owner_(std::move(owner)),
        key_(std::move(key)),
        backoff_(kMinRetry, kMaxRetry, std::hash<std::string>()(key_.first) ^ key_.second),
        timer_(owner_->loop_, [this] { Resolve(); }) {}

  const NameHealth* health() const { return health_ ? &*health_ : nullptr; }

 protected:
  void OnFirstSubscriber() override {
    health_.emplace(owner_->stats_, owner_->loop_);
    const Nanos now = owner_->loop_.Now();
    if (now < fresh_until_) {
      timer_.Start(fresh_until_ - now);
    } else {
      Resolve();
    }
  }
  void OnLastUnsubscribed() override {
    query_.reset();
    timer_.Cancel();
    health_.reset();
  }

 private:
  void Resolve() {
    query_ =
        owner_->resolver_.Resolve(key_.first, [this](const DnsResolver::Answer& answer) { Take(answer); });
  }

  void Take(const DnsResolver::Answer& answer) {
    query_.reset();
    const bool known = (answer.status.ok() && answer.complete) || IsNoSuchName(answer.status);
    if (known) {
      backoff_.Reset();
      health_->Succeeded();
    } else {
      Fail(answer.status.ok() ? absl::UnavailableError("one of the address families failed") : answer.status);
    }
    const auto ttl = absl::IsInvalidArgument(answer.status) ? kMaxTtl : answer.ttl;
    const Nanos pause = known ? Nanos(std::clamp(ttl, kMinTtl, kMaxTtl)) : Nanos(backoff_.Next());
    fresh_until_ = owner_->loop_.Now() + pause;
    timer_.Start(pause);
    Addr addr = AddrOf(answer);
    const AddrState last = this->Get().state;
    const bool known_before = last == AddrState::kBound || last == AddrState::kAbsent;
    if ((addr.state == AddrState::kFailed && known_before) || addr == this->Get()) return;
    owner_->stats_.updates.Increment();
    this->Publish(std::move(addr));
  }

  void Fail(const absl::Status& error) {
    const bool begins = health_->error().ok();
    health_->Failed(error);
    // What nobody has used yet is told to who asks for it, and not here: anyone may make names up.
    if (begins && this->Get().state == AddrState::kBound) {
      Log(LogLevel::kWarning) << "DNS: " << error.message() << "; the last known addresses of " << key_.first
                              << " stay in use";
    }
  }

  static bool IsNoSuchName(const absl::Status& status) {
    return absl::IsNotFound(status) || absl::IsInvalidArgument(status);
  }

  Addr AddrOf(const DnsResolver::Answer& answer) const {
    if (IsNoSuchName(answer.status)) return Addr::Absent();
    if (!answer.status.ok()) return Addr::Failed(answer.status);
    std::vector<Endpoint> endpoints;
    for (SocketAddress address : answer.addresses) {
      address.set_port(key_.second);
      endpoints.push_back(Endpoint{address, 1.0, {}});
    }
    // What is in error keeps its last known good.
    const Addr& last = this->Get();
    if (!answer.complete && last.endpoints != nullptr) {
      endpoints.insert(endpoints.end(), last.endpoints->begin(), last.endpoints->end());
    }
    return Addr::Bound(std::move(endpoints));
  }

  const std::shared_ptr<HostAddrs> owner_;
  const Key key_;
  JitteredBackoff backoff_;
  Timer timer_;
  Nanos fresh_until_{0};
  std::optional<NameHealth> health_;  // while it is followed
  std::unique_ptr<DnsResolver::Query> query_;
};

class HostAddrs::FixedAddr : public Watch<Addr> {
 public:
  FixedAddr(std::shared_ptr<HostAddrs> owner, Key key, Addr initial)
      : Watch<Addr>(std::move(initial)), owner_(std::move(owner)), key_(std::move(key)) {}

 protected:
  void OnFirstSubscriber() override {
    if (this->Get().state == AddrState::kBound) return;
    following_ = owner_->Get(key_.first, key_.second)->Subscribe([this](const Addr& addr) { Take(addr); });
    if (this->Get().state == AddrState::kBound) following_.Cancel();
  }
  void OnLastUnsubscribed() override { following_.Cancel(); }

 private:
  void Take(const Addr& addr) {
    if (addr.state == AddrState::kBound) {
      auto& known = owner_->known_for_ever_;
      if (known.size() >= kMaxFixed) known.erase(known.begin());
      known.emplace(key_, addr);
      following_.Cancel();
    }
    if (!(addr == this->Get())) this->Publish(Addr(addr));
  }

  const std::shared_ptr<HostAddrs> owner_;
  const Key key_;
  Subscription following_;
};

std::shared_ptr<Watch<Addr>> HostAddrs::Get(const std::string& host, uint16_t port) {
  const Key key(host, port);
  if (auto literal = ParseHostLiteral(host)) {
    literal->set_port(port);
    return literals_.Get(key, [&] {
      return std::make_unique<Source<Addr>>(Addr::Bound({Endpoint{*literal, 1.0, {}}}));
    });
  }
  return names_.Get(key, [&] { return std::make_unique<HostAddr>(shared_from_this(), key); });
}

std::shared_ptr<Watch<Addr>> HostAddrs::GetFixed(const std::string& host, uint16_t port) {
  if (ParseHostLiteral(host)) return Get(host, port);
  const Key key(host, port);
  return fixed_.Get(key, [&] {
    const auto known = known_for_ever_.find(key);
    return std::make_unique<FixedAddr>(shared_from_this(), key,
                                       known == known_for_ever_.end() ? Addr::Pending() : known->second);
  });
}

void HostAddrs::AddTo(StatePage* page) const {
  for (const auto& [key, name] : names_.All()) {
    if (name->has_subscribers()) {
      page->Name(absl::StrCat("/", key.first, "/", key.second), name->Get(), name->health());
    }
  }
}

}  // namespace heddle
