#include "proxy/endpoint/client_connection.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "proxy/endpoint/endpoint_pool.h"

namespace heddle {
namespace {

constexpr uint8_t kMaxInterims = 100;  // before a response

}  // namespace

ClientConnection::ClientConnection(EndpointPool& pool)
    : pool_(pool), next_(pool.connections_), born_(pool.loop().Now()), since_(born_) {
  connection_ = Connection::Connect(pool.loop(), pool.address(), pool.config().connect_timeout, *this,
                                    pool.config().socket);
  if (next_ != nullptr) next_->prev_ = this;
  pool_.connections_ = this;
  pool_.stats().connections.Add(1);
  pool_.stats().pool_size.Add(1);
}

ClientConnection::~ClientConnection() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  (prev_ != nullptr ? prev_->next_ : pool_.connections_) = next_;
  if (next_ != nullptr) next_->prev_ = prev_;
  pool_.stats().connections.Add(-1);
  pool_.stats().pool_size.Add(-1);
}

void ClientConnection::Begin(ExchangeHandler& handler, bool to_head, Tunnel tunnel) {
  HEDDLE_CHECK(state_ == State::kDone);
  handler_ = &handler;
  state_ = State::kHead;
  tunnel_ = tunnel;
  to_head_ = to_head;
  request_ended_ = false;
  response_begun_ = false;
  keeps_alive_ = false;
  interims_ = 0;
  ++exchanges_;
  NoteActivity();
}

void ClientConnection::Write(absl::string_view bytes) {
  pool_.stats().sent_bytes.Increment(bytes.size());
  connection_->Write(bytes);
}

void ClientConnection::NoteActivity() {
  if (pool_.config().socket.read_timeout > Millis(0) && connected_) [[unlikely]]
    since_ = pool_.loop().Now();
}

bool ClientConnection::reusable() const {
  return state_ == State::kDone && keeps_alive_ && request_ended_ && !ended_ && connection_->buffered() == 0;
}

void ClientConnection::OnConnected() {
  connected_ = true;
  const Nanos now = pool_.loop().Now();
  pool_.OnConnected(now - std::exchange(since_, now));
}

void ClientConnection::OnData(absl::string_view data) {
  pool_.stats().received_bytes.Increment(data.size());
  NoteActivity();
  switch (state_) {
    case State::kHead:
      response_begun_ = true;
      if (partial_.empty()) {
        TakeHead(data);
      } else {
        partial_.append(data.data(), data.size());
        std::string bytes = std::move(partial_);  // outlives this connection, should the handler destroy it
        partial_.clear();
        TakeHead(bytes);
      }
      return;
    case State::kBody:
      TakeBody(data);
      return;
    case State::kTunnel:
      handler_->OnResponseBody(data, false);
      return;
    case State::kTunnelEnded:
      return;
    case State::kIdle:
    case State::kDone:
      // Nobody asked: whatever this is, it must not be taken for the answer to the next request.
      ended_ = true;
      keeps_alive_ = false;
      if (state_ == State::kIdle) pool_.DropIdle(*this);
      return;
  }
}

void ClientConnection::TakeHead(absl::string_view bytes) {
  while (true) {
    switch (parser_.Parse(bytes)) {
      case h1::Progress::kMore:
        partial_.assign(bytes.data(), bytes.size());
        return;
      case h1::Progress::kError:
        FailMalformed(parser_.error().reason);
        return;
      case h1::Progress::kDone:
        break;
    }
    const int status = parser_.head().status;
    if (status >= 200 || MakesTunnel(status)) {
      TakeFinal(bytes);
      return;
    }
    if (!TakeInterim(&bytes)) return;
  }
}

bool ClientConnection::MakesTunnel(int status) const {
  return (tunnel_ == Tunnel::kUpgrade && status == 101) ||
         (tunnel_ == Tunnel::kConnect && status >= 200 && status < 300);
}

void ClientConnection::TakeFinal(absl::string_view bytes) {
  const Head& head = parser_.head();
  const absl::string_view rest = bytes.substr(head.size);
  bool destroyed = false;
  destroyed_ = &destroyed;
  if (tunnel_ != Tunnel::kNever && MakesTunnel(head.status)) {
    state_ = State::kTunnel;
    handler_->OnResponse({bytes, head, {}, rest, /*complete=*/false, /*tunnel=*/true});
  } else {
    const h1::BodyFraming framing = h1::ResponseFraming(head, to_head_);
    decoder_.Start(framing);
    const absl::string_view body = rest.substr(0, decoder_.Skip(rest));
    const bool complete = decoder_.done();
    keeps_alive_ =
        KeepsAlive(head) && framing.framing != h1::Framing::kUntilClose && body.size() == rest.size();
    state_ = complete ? State::kDone : State::kBody;
    handler_->OnResponse({bytes, head, framing, body, complete});
  }
  if (destroyed) return;
  destroyed_ = nullptr;
  // A connection that was given back has begun no exchange: the parser is free.
  parser_.Reset();
  if (state_ == State::kBody && decoder_.error()) TakeBody({});
}

bool ClientConnection::TakeInterim(absl::string_view* bytes) {
  if (parser_.head().status == 101) {
    FailMalformed("it switched protocols without being asked");
    return false;
  }
  if (++interims_ > kMaxInterims) {
    FailMalformed("too many interim responses");
    return false;
  }
  bool destroyed = false;
  destroyed_ = &destroyed;
  handler_->OnInterim(*bytes, parser_.head());
  if (destroyed) return false;
  destroyed_ = nullptr;
  bytes->remove_prefix(parser_.head().size);
  parser_.Reset();
  return state_ == State::kHead && !bytes->empty();
}

void ClientConnection::TakeBody(absl::string_view bytes) {
  const size_t size = decoder_.Skip(bytes);
  if (decoder_.error()) {
    FailMalformed(decoder_.error().reason);
    return;
  }
  const bool complete = decoder_.done();
  if (complete) state_ = State::kDone;
  if (size < bytes.size()) keeps_alive_ = false;
  handler_->OnResponseBody(bytes.substr(0, size), complete);
}

void ClientConnection::OnEof() {
  ended_ = true;
  switch (state_) {
    case State::kIdle:
      pool_.DropIdle(*this);
      return;
    case State::kDone:
    case State::kTunnelEnded:
      return;
    case State::kTunnel:
      state_ = State::kTunnelEnded;
      handler_->OnTunnelEof();
      return;
    case State::kBody:
      if (decoder_.End()) {
        state_ = State::kDone;
        handler_->OnResponseBody({}, true);
        return;
      }
      [[fallthrough]];
    case State::kHead:
      Fail(ExchangeHandler::Failure::kClosed,
           absl::UnavailableError(absl::StrCat(pool_.address().ToString(),
                                               " closed the connection before its response was complete")));
      return;
  }
}

void ClientConnection::OnError(absl::Status error) {
  ended_ = true;
  if (!connected_) pool_.OnConnectFailed();
  switch (state_) {
    case State::kIdle:
      pool_.DropIdle(*this);
      return;
    case State::kDone:
      return;
    case State::kHead:
    case State::kBody:
    case State::kTunnel:
    case State::kTunnelEnded:
      Fail(connected_ ? ExchangeHandler::Failure::kClosed : ExchangeHandler::Failure::kConnect, error);
      return;
  }
}

void ClientConnection::OnDrained() {
  if (state_ != State::kIdle && state_ != State::kDone) handler_->OnRequestDrained();
}

bool ClientConnection::FailIfStalled(Nanos now) {
  if (!connected_ || state_ == State::kIdle || state_ == State::kDone) return false;
  const SocketOptions& limits = pool_.config().socket;
  const char* what = nullptr;
  const char* key = nullptr;
  Millis limit{0};
  if (writes_.Stalled(*connection_, now, limits.write_timeout)) {
    what = " took nothing for ";
    key = "writeTimeoutMs";
    limit = limits.write_timeout;
  } else if (limits.read_timeout > Millis(0) && state_ != State::kTunnelEnded && !connection_->paused() &&
             now - since_ >= limits.read_timeout) {
    what = " sent nothing for ";
    key = "readTimeoutMs";
    limit = limits.read_timeout;
  } else {
    return false;
  }
  Fail(ExchangeHandler::Failure::kTimeout,
       absl::DeadlineExceededError(
           absl::StrCat(pool_.address().ToString(), what, limit.count(), " ms (socketOptions.", key, ")")));
  return true;
}

void ClientConnection::FailMalformed(absl::string_view reason) {
  Fail(ExchangeHandler::Failure::kMalformed,
       absl::DataLossError(
           absl::StrCat("malformed response from ", pool_.address().ToString(), ": ", reason)));
}

void ClientConnection::Fail(ExchangeHandler::Failure failure, const absl::Status& error) {
  ended_ = true;
  state_ = State::kDone;
  handler_->OnFailure(failure, error);
}

}  // namespace heddle
