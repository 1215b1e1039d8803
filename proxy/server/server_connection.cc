#include "proxy/server/server_connection.h"

#include <algorithm>
#include <utility>

#include "proxy/server/server_worker.h"

namespace heddle {
namespace {

// With this much received and not taken (the next requests of a pipeline, a body that its endpoint does not
// take), no more is read.
constexpr size_t kMaxHeld = 64 << 10;
// With more of its responses on the way than this, the next request of a pipeline waits.
constexpr size_t kHighWater = 128 << 10;
// How long a connection without a request is kept when others wait for its place.
constexpr Millis kIdleWhenFull{1000};

}  // namespace

ServerConnection::ServerConnection(ServerWorker& worker, const ServerConfig& server, ServerStats& stats,
                                   Admission* admission, std::unique_ptr<Connection> connection)
    : worker_(worker),
      stats_(stats),
      admission_(admission),
      connection_(std::move(connection)),
      last_activity_(worker.loop().Now()),
      began_(last_activity_) {
  stats_.connects.Increment();
  stats_.connections.Add(1);
  if (server.session_life > Millis(0)) ends_at_ = began_ + server.session_life;
  origin_.server = &server;
  origin_.propagator = worker.config().trace_propagator;
  if (server.forwarded) {
    origin_.forwarded = MakeForwardedLabels(*server.forwarded, worker.config().label, connection_->local(),
                                            connection_->peer(), worker.random());
  }
}

ServerConnection::~ServerConnection() {
  if (connection_ != nullptr) Close();
}

void ServerConnection::OnData(absl::string_view data) {
  stats_.received_bytes.Increment(data.size());
  received_bytes_ += data.size();
  if (exchange_ == nullptr) last_activity_ = worker_.loop().Now();  // not while a head trickles in
  if (!in_.empty()) {
    in_.append(data.data(), data.size());
    ProcessHeld();
    return;
  }
  const size_t taken = Process(data);
  if (connection_ == nullptr || taken == data.size()) return;
  in_.assign(data.data() + taken, data.size() - taken);
  UpdatePause();
}

size_t ServerConnection::Process(absl::string_view bytes) {
  size_t taken = 0;
  processing_ = true;
  while (connection_ != nullptr && taken < bytes.size()) {
    const absl::string_view rest = bytes.substr(taken);
    if (in_request_) {
      if (exchange_->request_ended()) break;  // the next request waits for this one's response
      const size_t size = exchange_->TakeBody(rest);
      taken += size;
      if (size == 0) break;
      continue;
    }
    if (connection_->buffered() > kHighWater) break;
    if (exchange_ == nullptr) exchange_ = worker_.TakeExchange();
    const h1::Progress progress = exchange_->parser().Parse(rest);
    if (progress == h1::Progress::kMore) break;
    in_request_ = true;
    if (progress == h1::Progress::kError) {
      exchange_->Refuse(*this);
      break;
    }
    taken += exchange_->Start(*this, rest);
  }
  processing_ = false;
  return taken;
}

void ServerConnection::ProcessHeld() {
  const size_t taken = Process(in_);
  if (connection_ == nullptr) return;
  if (taken == in_.size()) {
    if (in_.capacity() > kMaxHeld) std::string().swap(in_);
    in_.clear();
  } else {
    in_.erase(0, taken);
  }
  UpdatePause();
  if (ended_) CloseIfOver();
}

void ServerConnection::UpdatePause() {
  // A head is parsed once all of it is there.
  const size_t most =
      in_request_ ? kMaxHeld : std::max<size_t>(kMaxHeld, worker_.config().limits.max_head_bytes);
  const bool pause = in_.size() >= most;
  if (pause == paused_) return;
  paused_ = pause;
  if (pause) {
    connection_->PauseReading();
  } else {
    connection_->ResumeReading();
  }
}

void ServerConnection::OnBodyWanted() {
  if (connection_ != nullptr && !processing_ && (!in_.empty() || ended_)) ProcessHeld();
}

void ServerConnection::OnExchangeDone(Exchange::After after) {
  worker_.GiveBack(std::move(exchange_));
  in_request_ = false;
  last_activity_ = worker_.loop().Now();
  if (after == Exchange::After::kReset) {
    connection_->Reset();
    Detach();
  } else if (after == Exchange::After::kClose) {
    CloseLingering();
  } else if (worker_.closing_idle()) {
    CloseLingering();
  } else if (!processing_ && (!in_.empty() || ended_)) {
    ProcessHeld();
  }
}

void ServerConnection::OnEof() {
  ended_ = true;
  CloseIfOver();
}

// A requester that has sent its requests and closed its direction still gets its responses.
void ServerConnection::CloseIfOver() {
  if (!in_request_) {
    // Requests that wait for responses to leave; in_ may also hold a part of a head, of which no more will
    // come.
    if (!in_.empty() && connection_->buffered() > kHighWater) return;
    CloseLingering();
  } else if (in_.empty() && !exchange_->request_ended()) {
    if (exchange_->tunnel()) {
      exchange_->OnTunnelEnd();
    } else {
      Close();
    }
  }
}

void ServerConnection::OnError(absl::Status) { Close(); }

void ServerConnection::OnDrained() {
  if (in_request_) exchange_->OnResponseDrained();
  if (connection_ != nullptr && !in_request_ && !in_.empty()) ProcessHeld();
}

// Reading is limited while a request, or the rest of one, is awaited.
bool ServerConnection::Stalled(Nanos now) {
  const SocketOptions& socket = server().socket;
  if (writes_.Stalled(*connection_, now, socket.write_timeout)) return true;
  if (socket.read_timeout == Millis(0) || paused_) return false;
  if (!in_request_) return now - last_activity_ >= socket.read_timeout;
  return !exchange_->request_ended() && now - exchange_->last_activity() >= socket.read_timeout;
}

void ServerConnection::CheckTimeouts(Nanos now) {
  if (Stalled(now)) {
    Close();
    return;
  }
  const ServerLimits& limits = worker_.config().limits;
  if (in_request_) {
    if (exchange_->last_activity() < now - limits.idle_timeout) exchange_->OnTimeout();
    return;
  }
  if (exchange_ != nullptr) {
    if (last_activity_ < now - limits.head_timeout) Close();
    return;
  }
  const Millis idle = server().session_idle > Millis(0) ? server().session_idle : limits.idle_timeout;
  if (expired(now) || last_activity_ < now - (worker_.full() ? std::min(idle, kIdleWhenFull) : idle)) Close();
}

void ServerConnection::CloseLingering() {
  DropExchange();
  worker_.closer().Close(std::move(connection_));
  Detach();
}

void ServerConnection::Close() {
  DropExchange();
  Detach();
}

void ServerConnection::DropExchange() {
  if (exchange_ == nullptr) return;
  exchange_->Abandon();
  exchange_->Clear();
  worker_.GiveBack(std::move(exchange_));
  in_request_ = false;
}

void ServerConnection::Detach() {
  connection_.reset();
  stats_.closes.Increment();
  stats_.connections.Add(-1);
  const Nanos lived = worker_.loop().Now() - began_;
  stats_.connection_duration.Record(static_cast<uint64_t>(std::chrono::duration_cast<Millis>(lived).count()));
  stats_.connection_requests.Record(requests_);
  stats_.connection_received_bytes.Record(received_bytes_);
  stats_.connection_sent_bytes.Record(sent_bytes_);
  worker_.Remove(*this);
}

}  // namespace heddle
