#include "lib/namers/host_addrs.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "lib/base/backoff.h"
#include "lib/event/timer.h"

namespace heddle {
namespace {

constexpr std::chrono::seconds kMinTtl(1);
constexpr std::chrono::seconds kMaxTtl(300);
constexpr Millis kMinRetry(1'000);
constexpr Millis kMaxRetry(30'000);

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
  ~HostAddr() override { owner_->hosts_.erase(key_); }

 protected:
  void OnFirstSubscriber() override {
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
  }

 private:
  void Resolve() {
    query_ = owner_->resolver_.Resolve(key_.first,
                                       [this](absl::StatusOr<DnsResolver::Answer> answer) { Take(answer); });
  }

  void Take(const absl::StatusOr<DnsResolver::Answer>& answer) {
    query_.reset();
    Nanos pause = answer.ok() ? Nanos(std::clamp(answer->ttl, kMinTtl, kMaxTtl)) : Nanos(backoff_.Next());
    if (answer.ok()) backoff_.Reset();
    fresh_until_ = owner_->loop_.Now() + pause;
    timer_.Start(pause);
    Addr addr = AddrOf(answer);
    if (addr.state == AddrState::kFailed && this->Get().state == AddrState::kBound) return;
    if (!(addr == this->Get())) this->Publish(std::move(addr));
  }

  Addr AddrOf(const absl::StatusOr<DnsResolver::Answer>& answer) const {
    if (answer.ok()) {
      std::vector<Endpoint> endpoints;
      for (SocketAddress address : answer->addresses) {
        address.set_port(key_.second);
        endpoints.push_back(Endpoint{address, 1.0, {}});
      }
      return Addr::Bound(std::move(endpoints));
    }
    const bool no_such_name = absl::IsNotFound(answer.status()) || absl::IsInvalidArgument(answer.status());
    return no_such_name ? Addr::Absent() : Addr::Failed(answer.status());
  }

  const std::shared_ptr<HostAddrs> owner_;
  const Key key_;
  JitteredBackoff backoff_;
  Timer timer_;
  Nanos fresh_until_{0};
  std::unique_ptr<DnsResolver::Query> query_;
};

std::shared_ptr<Watch<Addr>> HostAddrs::Get(const std::string& host, uint16_t port) {
  if (auto literal = ParseHostLiteral(host)) {
    literal->set_port(port);
    return Constant(Addr::Bound({Endpoint{*literal, 1.0, {}}}));
  }
  const Key key(host, port);
  std::weak_ptr<HostAddr>& known = hosts_[key];
  std::shared_ptr<HostAddr> watch = known.lock();
  if (watch == nullptr) {
    watch = std::make_shared<HostAddr>(shared_from_this(), key);
    known = watch;
  }
  return watch;
}

}  // namespace heddle
