#include "lib/session/server_session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace heddle {
namespace {

// What a client may send ahead of the response to its last request.
constexpr size_t kMaxAhead = 64 << 10;

// RFC 9113 section 3.4.
constexpr absl::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

h1::Limits HeadLimits(const HttpServer::Limits& limits) {
  const auto bytes = static_cast<uint32_t>(std::min<size_t>(limits.max_head_bytes, 1 << 30));
  return h1::Limits{bytes, bytes};
}

// RFC 9110 section 6.4.1.
bool HasNoBody(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

// The handler's side of one request. Outlives the session if the handler keeps it; then it does nothing.
class ServerSession::Exchange : public ResponseWriter {
 public:
  explicit Exchange(std::weak_ptr<ServerSession> session) : session_(std::move(session)) {}
  ~Exchange() override {
    if (auto session = session_.lock()) session->OnExchangeDropped(started_);
  }

  void Send(HttpResponse response) override {
    const auto session = session_.lock();
    if (session == nullptr || started_) return;
    session_.reset();
    session->SendWhole(response);
  }
  void Start(int status, HeaderList headers) override {
    const auto session = session_.lock();
    if (session == nullptr || started_) return;
    started_ = true;
    session->StartStream(status, headers);
  }
  size_t buffered() const override {
    const auto session = session_.lock();
    return session != nullptr && session->connection_ ? session->connection_->buffered() : 0;
  }
  void Write(absl::string_view data) override {
    const auto session = session_.lock();
    if (session != nullptr && started_) session->WriteStream(data);
  }
  void End() override {
    const auto session = session_.lock();
    if (session == nullptr || !started_) return;
    session_.reset();
    session->EndStream();
  }
  void OnDrained(std::function<void()> on_drained) override { on_drained_ = std::move(on_drained); }
  void OnClosed(std::function<void()> on_closed) override { on_closed_ = std::move(on_closed); }
  void EndWithPeer() override {
    ends_with_peer_ = true;
    const auto session = session_.lock();
    if (session == nullptr || !session->eof_ || !session->connection_) return;
    session->connection_->loop().Defer([weak = session_] {
      if (const auto waiting = weak.lock()) waiting->OnEof();
    });
  }

  bool ends_with_peer() const { return started_ || ends_with_peer_; }
  void Drained() {
    if (const auto callback = on_drained_) callback();
  }
  // The connection is gone: lets go of the session and, with it, of all that was to be told.
  void Closed(bool tell) {
    session_.reset();
    on_drained_ = nullptr;
    if (const auto callback = std::exchange(on_closed_, nullptr); callback && tell) callback();
  }

 private:
  std::weak_ptr<ServerSession> session_;  // until the response is complete or the connection gone
  bool started_ = false;
  bool ends_with_peer_ = false;
  std::function<void()> on_drained_;
  std::function<void()> on_closed_;
};

ServerSession::ServerSession(std::shared_ptr<Host> host, std::unique_ptr<Connection> connection)
    : host_(std::move(host)),
      connection_(std::move(connection)),
      timer_(connection_->loop(), [this] { OnTimer(); }),
      state_(host_->on_http2 ? State::kFresh : State::kHead),
      parser_(HeadLimits(host_->limits)) {}

ServerSession::~ServerSession() { ReleaseBody(); }

void ServerSession::Start() {
  timer_.Start(host_->limits.idle_timeout);
  connection_->Start(*this);
}

void ServerSession::Drain() {
  const auto self = shared_from_this();
  if ((state_ == State::kFresh || state_ == State::kHead) && in_.empty()) Over(/*linger=*/true);
}

void ServerSession::Abandon() {
  timer_.Cancel();
  connection_.reset();
  if (Exchange* exchange = std::exchange(exchange_, nullptr)) exchange->Closed(/*tell=*/false);
}

void ServerSession::OnData(absl::string_view data) {
  in_.append(data.data(), data.size());
  if (state_ == State::kBody) timer_.Start(host_->limits.idle_timeout);
  if (state_ == State::kResponding && in_.size() > kMaxAhead) connection_->PauseReading();
  Process();
}

void ServerSession::OnEof() {
  eof_ = true;
  const auto self = shared_from_this();
  if (state_ == State::kResponding) {
    if (exchange_ != nullptr && exchange_->ends_with_peer()) Over(/*linger=*/false);
  } else {
    Process();
  }
}

void ServerSession::OnError(absl::Status) {
  const auto self = shared_from_this();
  Over(/*linger=*/false);
}

void ServerSession::OnDrained() {
  timer_.Start(host_->limits.idle_timeout);
  if (exchange_ != nullptr) exchange_->Drained();
}

void ServerSession::OnTimer() {
  const auto self = shared_from_this();
  if (state_ == State::kResponding) {
    const size_t buffered = connection_->buffered();
    if (buffered == 0 || buffered != std::exchange(stalled_at_, buffered)) {
      timer_.Start(host_->limits.idle_timeout);
      return;
    }
  }
  Over(/*linger=*/false);
}

void ServerSession::Process() {
  if (processing_) return;
  const auto self = shared_from_this();
  processing_ = true;
  bool more = true;
  while (more && connection_) {
    switch (state_) {
      case State::kFresh:
        more = TakePreface();
        break;
      case State::kHead:
        more = TakeHead();
        break;
      case State::kBody:
        more = TakeBody();
        break;
      case State::kResponding:
        more = false;
        break;
    }
  }
  processing_ = false;
  in_.erase(0, std::exchange(taken_, 0));
}

bool ServerSession::TakePreface() {
  const size_t common = std::min(in_.size(), kHttp2Preface.size());
  if (eof_ || in_.compare(0, common, kHttp2Preface.data(), common) != 0) {
    state_ = State::kHead;
    return true;
  }
  if (common < kHttp2Preface.size()) return false;
  timer_.Cancel();
  const std::unique_ptr<Connection> connection = std::move(connection_);
  const int fd = connection->Release();
  host_->OnSessionOver(*this, nullptr);
  if (fd >= 0) host_->on_http2(fd, std::move(in_));
  return false;
}

bool ServerSession::TakeHead() {
  switch (parser_.Parse(rest())) {
    case h1::Progress::kMore:
      if (eof_ || (host_->draining && rest().empty())) Over(/*linger=*/true);
      return false;
    case h1::Progress::kError:
      Refuse(parser_.error().status, parser_.error().reason);
      return false;
    case h1::Progress::kDone:
      break;
  }
  const Head& head = parser_.head();
  const absl::string_view bytes = rest();
  absl::string_view target = head.target.In(bytes);
  if (head.form == TargetForm::kAbsolute) target = head.origin.size == 0 ? "/" : head.origin.In(bytes);
  request_ = HttpRequest{std::string(head.method_text.In(bytes)), std::string(target), HeadersOf(head, bytes),
                         "", connection_->peer()};
  keep_alive_ = KeepsAlive(head);
  is_head_ = head.method == Method::kHead;
  is_http10_ = head.minor_version == 0;
  const h1::BodyFraming framing = h1::RequestFraming(head);
  const bool wants_continue = head.expect_continue && framing.framing != h1::Framing::kNone;
  const bool no_host = !is_http10_ && FindHeader(request_.headers, "Host") == nullptr;
  taken_ += head.size;
  parser_.Reset();
  if (no_host) {  // RFC 9112 section 3.2
    Refuse(400, "an HTTP/1.1 request names its Host");
    return false;
  }
  if (framing.length > host_->limits.max_body_bytes) {
    Refuse(413, absl::StrCat("a body may have ", host_->limits.max_body_bytes, " bytes"));
    return false;
  }
  decoder_.Start(framing);
  if (wants_continue && rest().empty()) connection_->Write("HTTP/1.1 100 Continue\r\n\r\n");
  state_ = State::kBody;
  return true;
}

bool ServerSession::TakeBody() {
  while (!decoder_.done() && !rest().empty()) {
    absl::string_view payload;
    taken_ += decoder_.Next(rest(), &payload);
    if (decoder_.error()) {
      Refuse(decoder_.error().status, decoder_.error().reason);
      return false;
    }
    if (!AppendBody(payload)) return false;
  }
  if (decoder_.done()) {
    Dispatch();
    return true;
  }
  if (eof_) Over(/*linger=*/false);
  return false;
}

bool ServerSession::AppendBody(absl::string_view payload) {
  if (request_.body.size() + payload.size() > host_->limits.max_body_bytes) {
    Refuse(413, absl::StrCat("a body may have ", host_->limits.max_body_bytes, " bytes"));
    return false;
  }
  if (host_->bodies_bytes + payload.size() > host_->limits.max_bodies_bytes) {
    Refuse(503, "too many large requests are being received; repeat this one later");
    return false;
  }
  request_.body.append(payload.data(), payload.size());
  body_bytes_ += payload.size();
  host_->bodies_bytes += payload.size();
  return true;
}

void ServerSession::ReleaseBody() { host_->bodies_bytes -= std::exchange(body_bytes_, 0); }

void ServerSession::Dispatch() {
  ReleaseBody();
  state_ = State::kResponding;
  timer_.Start(host_->limits.idle_timeout);
  auto exchange = std::make_shared<Exchange>(weak_from_this());
  exchange_ = exchange.get();
  host_->handler(request_, std::move(exchange));
  request_.body = std::string();
}

void ServerSession::Refuse(int status, absl::string_view reason) {
  ReleaseBody();
  request_.body = std::string();
  keep_alive_ = false;
  is_head_ = false;
  state_ = State::kResponding;
  SendWhole(HttpResponse{status, {{"Content-Type", "text/plain"}}, absl::StrCat(reason, "\n")});
}

std::string ServerSession::ResponseHead(int status, const HeaderList& headers,
                                        absl::string_view framing) const {
  std::string out = absl::StrCat("HTTP/1.1 ", status, " ", ReasonPhrase(status), "\r\n");
  AppendHeaders(headers, &out);
  const absl::Time now = absl::UnixEpoch() + absl::Nanoseconds(connection_->loop().clock().WallNow().count());
  absl::StrAppend(&out, framing,
                  "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", now, absl::UTCTimeZone()), "\r\n");
  if (!keep_alive_ || host_->draining) {
    out += "Connection: close\r\n";
  } else if (is_http10_) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  return out;
}

void ServerSession::SendWhole(const HttpResponse& response) {
  exchange_ = nullptr;
  if (!connection_) return;
  const std::string length =
      HasNoBody(response.status) ? "" : absl::StrCat("Content-Length: ", response.body.size(), "\r\n");
  std::string out = ResponseHead(response.status, response.headers, length);
  if (!is_head_ && !HasNoBody(response.status)) out += response.body;
  connection_->Write(out);
  OnResponseDone();
}

void ServerSession::StartStream(int status, const HeaderList& headers) {
  if (!connection_) return;
  chunked_ = !is_http10_ && !HasNoBody(status);
  if (!chunked_ && !HasNoBody(status)) keep_alive_ = false;  // the end of the connection ends the body
  if (HasNoBody(status)) is_head_ = true;
  connection_->Write(ResponseHead(status, headers, chunked_ ? "Transfer-Encoding: chunked\r\n" : ""));
}

void ServerSession::WriteStream(absl::string_view data) {
  if (!connection_ || is_head_ || data.empty()) return;
  if (!chunked_) {
    connection_->Write(data);
    return;
  }
  connection_->Write(absl::StrCat(absl::Hex(data.size()), "\r\n", data, "\r\n"));
}

void ServerSession::EndStream() {
  exchange_ = nullptr;
  if (!connection_) return;
  if (chunked_ && !is_head_) connection_->Write("0\r\n\r\n");
  OnResponseDone();
}

void ServerSession::OnResponseDone() {
  if (!keep_alive_ || host_->draining) {
    Over(/*linger=*/true);
    return;
  }
  state_ = State::kHead;
  stalled_at_ = 0;
  timer_.Start(host_->limits.idle_timeout);
  connection_->ResumeReading();
  if (processing_ || (in_.empty() && !eof_)) return;
  // The next request waits already; its handler is not to run inside this one's call.
  connection_->loop().Defer([weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && self->connection_) self->Process();
  });
}

void ServerSession::OnExchangeDropped(bool started) {
  exchange_ = nullptr;
  if (!connection_) return;
  if (!started) {
    SendWhole(HttpResponse{500, {{"Content-Type", "text/plain"}}, "the request was not answered\n"});
    return;
  }
  // A body that is cut short must not look complete.
  connection_->Reset();
  Over(/*linger=*/false);
}

void ServerSession::Over(bool linger) {
  if (!connection_) return;
  timer_.Cancel();
  std::unique_ptr<Connection> connection = std::move(connection_);
  Exchange* exchange = std::exchange(exchange_, nullptr);
  if (!linger) connection.reset();
  host_->OnSessionOver(*this, std::move(connection));
  if (exchange != nullptr) exchange->Closed(/*tell=*/true);
}

}  // namespace heddle
