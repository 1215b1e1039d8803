#include "proxy/endpoint/endpoint_pool.h"

#include <algorithm>
#include <utility>

#include "lib/base/check.h"

namespace heddle {

EndpointPool::EndpointPool(Loop& loop, const EndpointConfig& config, ClientStats& stats,
                           const SocketAddress& address, double weight)
    : loop_(loop), config_(config), stats_(stats), address_(address), weight_(weight) {}

EndpointPool::~EndpointPool() {
  HEDDLE_CHECK(outstanding_ == 0);
  CloseAllIdle();
}

std::unique_ptr<ClientConnection> EndpointPool::Acquire(bool fresh) {
  ++outstanding_;
  if (fresh || idle_.empty()) return std::make_unique<ClientConnection>(*this);
  std::unique_ptr<ClientConnection> connection = std::move(idle_.back());
  idle_.pop_back();
  stats_.pool_cached.Add(-1);
  connection->state_ = ClientConnection::State::kDone;
  return connection;
}

void EndpointPool::Release(std::unique_ptr<ClientConnection> connection) {
  --outstanding_;
  if (connection->reusable() && !on_idle_ && idle_.size() < config_.max_idle) {
    connection->state_ = ClientConnection::State::kIdle;
    connection->handler_ = nullptr;
    connection->since_ = loop_.Now();
    connection->idle_index_ = idle_.size();
    connection->ResumeReading();
    idle_.push_back(std::move(connection));
    stats_.pool_cached.Add(1);
    return;
  }
  connection.reset();
  if (on_idle_ && outstanding_ == 0) loop_.Defer(std::exchange(on_idle_, [] {}));
}

void EndpointPool::Retire(absl::AnyInvocable<void()> on_idle) {
  on_idle_ = std::move(on_idle);
  CloseAllIdle();
  if (outstanding_ == 0) loop_.Defer(std::exchange(on_idle_, [] {}));
}

void EndpointPool::CloseIdle(Nanos now) {
  for (size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i]->since_ < now - config_.idle_timeout) DropIdle(*idle_[i]);
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
  stats_.connect_latency.Record(static_cast<uint64_t>(took.count()) / 1000);
  down_until_ = down_time_ = Nanos(0);
}

void EndpointPool::OnConnectFailed() {
  stats_.connect_failures.Increment();
  // A burst of connects that fail together counts as one failure.
  if (!available(loop_.Now())) return;
  down_time_ =
      down_time_ == Nanos(0) ? config_.min_down_time : std::min<Nanos>(down_time_ * 2, config_.max_down_time);
  down_until_ = loop_.Now() + down_time_;
}

}  // namespace heddle
