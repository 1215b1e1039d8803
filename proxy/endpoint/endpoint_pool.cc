#include "proxy/endpoint/endpoint_pool.h"

#include <algorithm>
#include <utility>

#include "lib/base/check.h"

namespace heddle {
namespace {

// failFast. Source: com.twitter.finagle.service.FailFastFactory.
constexpr Millis kFailFastMin{std::chrono::seconds(1)};
constexpr Millis kFailFastMax{std::chrono::seconds(300)};

}  // namespace

EndpointPool::EndpointPool(Loop& loop, const EndpointConfig& config, ClientStats& stats,
                           const SocketAddress& address, double weight, uint64_t seed)
    : loop_(loop),
      config_(config),
      stats_(stats),
      address_(address),
      weight_(weight),
      accrual_(config.accrual, seed) {}

EndpointPool::~EndpointPool() {
  HEDDLE_CHECK(outstanding_ == 0);
  CloseAllIdle();
  if (self_ != nullptr) *self_ = nullptr;
}

void EndpointPool::OnEnd(bool success, Nanos now, Nanos latency) {
  --pending_;
  stats_.accrual.Count(accrual_.OnEnd(success, now), accrual_);
  if (observer_ != nullptr) observer_->OnEnd(*this, now, latency);
  TellIfQuiet();
}

void EndpointPool::OnAbandoned(Nanos now, Nanos latency) {
  --pending_;
  accrual_.OnAbandoned();
  if (observer_ != nullptr) observer_->OnEnd(*this, now, latency);
  TellIfQuiet();
}

std::unique_ptr<ClientConnection> EndpointPool::Acquire(bool fresh) {
  if (!waiters_.empty() && !serving_) return nullptr;
  if (!fresh && !idle_.empty()) {
    ++outstanding_;
    std::unique_ptr<ClientConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    stats_.pool_cached.Add(-1);
    stats_.acquisition_latency.Record(0);
    connection->state_ = ClientConnection::State::kDone;
    return connection;
  }
  if (full()) {
    if (idle_.empty()) return nullptr;
    DropIdle(*idle_.front());
  }
  ++outstanding_;
  // One connect at a time finds out whether the endpoint is back.
  if (const Nanos now = loop_.Now(); down_time_ != Nanos(0) && now >= down_until_) {
    trying_ = true;
    down_until_ = now + config_.connect_timeout;
  }
  return std::make_unique<ClientConnection>(*this);
}

bool EndpointPool::Keeps(const ClientConnection& connection) const {
  return connection.reusable() && !on_idle_ && idle_.size() < config_.max_idle &&
         (config_.life_time == Millis(0) || loop_.Now() - connection.born_ < config_.life_time);
}

void EndpointPool::Release(std::unique_ptr<ClientConnection> connection) {
  --outstanding_;
  if (Keeps(*connection)) {
    connection->state_ = ClientConnection::State::kIdle;
    connection->handler_ = nullptr;
    connection->since_ = loop_.Now();
    connection->idle_index_ = idle_.size();
    connection->ResumeReading();
    idle_.push_back(std::move(connection));
    stats_.pool_cached.Add(1);
  } else {
    connection.reset();
  }
  if (!waiters_.empty()) ServeLater();
  TellIfQuiet();
}

bool EndpointPool::Await(PoolWaiter& waiter) {
  if (waiters_.size() >= config_.max_waiters) return false;
  waiters_.PushBack(waiter);
  stats_.pool_waiters.Add(1);
  // There may be room: it was others that were to go first.
  if (!full()) ServeLater();
  return true;
}

void EndpointPool::StopAwaiting(PoolWaiter& waiter) {
  waiters_.Remove(waiter);
  stats_.pool_waiters.Add(-1);
  TellIfQuiet();
}

void EndpointPool::ServeLater() {
  if (serve_later_) return;
  serve_later_ = true;
  Defer(&EndpointPool::Serve);
}

void EndpointPool::Defer(void (EndpointPool::*method)()) {
  if (self_ == nullptr) self_ = std::make_shared<EndpointPool*>(this);
  loop_.Defer([self = self_, method] {
    if (*self != nullptr) ((*self)->*method)();
  });
}

void EndpointPool::Serve() {
  serve_later_ = false;
  const std::shared_ptr<EndpointPool*> self = self_;
  while (!waiters_.empty() && (!full() || !idle_.empty())) {
    serving_ = true;
    stats_.pool_waiters.Add(-1);
    waiters_.PopFront().OnPoolReady();
    if (*self == nullptr) return;
    serving_ = false;
  }
  TellIfQuiet();
}

void EndpointPool::Retire(absl::AnyInvocable<void()> on_idle) {
  on_idle_ = std::move(on_idle);
  CloseAllIdle();
  TellIfQuiet();
}

void EndpointPool::TellIfQuiet() {
  if (on_idle_ && quiet()) loop_.Defer(std::exchange(on_idle_, [] {}));
}

void EndpointPool::Sweep(Nanos now) {
  CloseStale(now);
  const SocketOptions& socket = config_.socket;
  const bool limited = socket.read_timeout > Millis(0) || socket.write_timeout > Millis(0);
  if (limited && outstanding_ > 0) Defer(&EndpointPool::FailStalled);
}

void EndpointPool::CloseStale(Nanos now) {
  size_t open = outstanding_ + idle_.size();
  const auto stale = [&](const std::unique_ptr<ClientConnection>& connection) {
    const bool old = config_.life_time > Millis(0) && now - connection->born_ >= config_.life_time;
    const bool unused = connection->since_ < now - config_.idle_timeout && open > config_.min_connections;
    if (!old && !unused) return false;
    --open;
    return true;
  };
  const size_t before = idle_.size();
  idle_.erase(std::remove_if(idle_.begin(), idle_.end(), stale), idle_.end());
  if (idle_.size() == before) return;
  for (size_t i = 0; i < idle_.size(); ++i) idle_[i]->idle_index_ = i;
  stats_.pool_cached.Add(-static_cast<double>(before - idle_.size()));
}

// A handler that is told may do anything with its connection and others: after each, the search begins anew.
void EndpointPool::FailStalled() {
  const std::shared_ptr<EndpointPool*> self = self_;
  const Nanos now = loop_.Now();
  for (ClientConnection* each = connections_; each != nullptr;) {
    ClientConnection* const next = each->next_;
    const bool failed = each->FailIfStalled(now);
    if (*self == nullptr) return;
    each = failed ? connections_ : next;
  }
}

void EndpointPool::CloseAllIdle() {
  stats_.pool_cached.Add(-static_cast<double>(idle_.size()));
  idle_.clear();
}

void EndpointPool::DropIdle(ClientConnection& connection) {
  const size_t index = connection.idle_index_;
  HEDDLE_CHECK(index < idle_.size() && idle_[index].get() == &connection);
  if (index + 1 != idle_.size()) {
    std::swap(idle_[index], idle_.back());
    idle_[index]->idle_index_ = index;
  }
  idle_.pop_back();
  stats_.pool_cached.Add(-1);
}

void EndpointPool::OnConnected(Nanos took) {
  stats_.connects.Increment();
  const auto micros = static_cast<uint64_t>(took.count()) / 1000;
  stats_.connect_latency.Record(micros);
  stats_.acquisition_latency.Record(micros);
  if (down_time_ != Nanos(0)) stats_.marked_available.Increment();
  down_until_ = down_time_ = Nanos(0);
  trying_ = false;
}

void EndpointPool::OnConnectFailed() {
  // A burst of connects that fail together counts as one failure.
  const Nanos now = loop_.Now();
  if (now < down_until_ && !trying_) return;
  trying_ = false;
  if (down_time_ == Nanos(0)) stats_.marked_dead.Increment();
  const Nanos min = config_.fail_fast ? kFailFastMin : config_.min_down_time;
  const Nanos max = config_.fail_fast ? kFailFastMax : config_.max_down_time;
  down_time_ = down_time_ == Nanos(0) ? min : std::min<Nanos>(down_time_ * 2, max);
  down_until_ = now + down_time_;
}

}  // namespace heddle
