#include "proxy/endpoint/client_connection.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "proxy/endpoint/endpoint_pool.h"

namespace heddle {

ClientConnection::ClientConnection(EndpointPool& pool) : pool_(pool), since_(pool.loop().Now()) {
  connection_ = Connection::Connect(pool.loop(), pool.address(), pool.config().connect_timeout, *this);
  pool_.stats().connections.Add(1);
}

ClientConnection::~ClientConnection() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  pool_.stats().connections.Add(-1);
}

void ClientConnection::Begin(ExchangeHandler& handler, bool to_head) {
  HEDDLE_CHECK(state_ == State::kDone);
  handler_ = &handler;
  state_ = State::kHead;
  to_head_ = to_head;
  request_ended_ = false;
  response_begun_ = false;
  keeps_alive_ = false;
  ++exchanges_;
}

void ClientConnection::Write(absl::string_view bytes) {
  pool_.stats().sent_bytes.Increment(bytes.size());
  connection_->Write(bytes);
}

bool ClientConnection::reusable() const {
  return state_ == State::kDone && keeps_alive_ && request_ended_ && !ended_ && connection_->buffered() == 0;
}

void ClientConnection::OnConnected() {
  connected_ = true;
  pool_.OnConnected(pool_.loop().Now() - since_);
}

void ClientConnection::OnData(absl::string_view data) {
  pool_.stats().received_bytes.Increment(data.size());
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
        Fail(ExchangeHandler::Failure::kMalformed,
             absl::DataLossError(absl::StrCat("malformed response from ", pool_.address().ToString(), ": ",
                                              parser_.error().reason)));
        return;
      case h1::Progress::kDone:
        break;
    }
    if (parser_.head().status >= 200) break;
    if (!TakeInterim(&bytes)) return;
  }
  const Head& head = parser_.head();
  const h1::BodyFraming framing = h1::ResponseFraming(head, to_head_);
  decoder_.Start(framing);
  const absl::string_view rest = bytes.substr(head.size);
  const absl::string_view body = rest.substr(0, decoder_.Skip(rest));
  const bool complete = decoder_.done();
  keeps_alive_ =
      KeepsAlive(head) && framing.framing != h1::Framing::kUntilClose && body.size() == rest.size();
  state_ = complete ? State::kDone : State::kBody;
  bool destroyed = false;
  destroyed_ = &destroyed;
  handler_->OnResponse({bytes, head, framing, body, complete});
  if (destroyed) return;
  destroyed_ = nullptr;
  // A connection that was given back has begun no exchange: the parser is free.
  parser_.Reset();
  if (state_ == State::kBody && decoder_.error()) TakeBody({});
}

bool ClientConnection::TakeInterim(absl::string_view* bytes) {
  if (parser_.head().status == 101) {
    Fail(ExchangeHandler::Failure::kMalformed,
         absl::DataLossError(
             absl::StrCat(pool_.address().ToString(), " switched protocols without being asked")));
    return false;
  }
  bool destroyed = false;
  destroyed_ = &destroyed;
  handler_->OnInterim(*bytes, parser_.head());
  if (destroyed) return false;
  destroyed_ = nullptr;
  bytes->remove_prefix(parser_.head().size);
  parser_.Reset();
  return !bytes->empty();
}

void ClientConnection::TakeBody(absl::string_view bytes) {
  const size_t size = decoder_.Skip(bytes);
  if (decoder_.error()) {
    Fail(ExchangeHandler::Failure::kMalformed,
         absl::DataLossError(absl::StrCat("malformed response from ", pool_.address().ToString(), ": ",
                                          decoder_.error().reason)));
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
      Fail(connected_ ? ExchangeHandler::Failure::kClosed : ExchangeHandler::Failure::kConnect, error);
      return;
  }
}

void ClientConnection::OnDrained() {
  if (state_ == State::kHead || state_ == State::kBody) handler_->OnRequestDrained();
}

void ClientConnection::Fail(ExchangeHandler::Failure failure, const absl::Status& error) {
  ended_ = true;
  state_ = State::kDone;
  handler_->OnFailure(failure, error);
}

}  // namespace heddle
