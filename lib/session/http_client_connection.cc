#include "lib/session/http_client_connection.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"

namespace heddle {
namespace {

std::string RequestBytes(const HttpRequest& request, const SocketAddress& server) {
  std::string out = absl::StrCat(request.method, " ", request.target, " HTTP/1.1\r\n");
  if (FindHeader(request.headers, "host") == nullptr)
    absl::StrAppend(&out, "Host: ", server.ToString(), "\r\n");
  AppendHeaders(request.headers, &out);
  // RFC 9110 section 8.6: a method that usually has a body says so also when there is none.
  const bool expects_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if ((expects_body || !request.body.empty()) && FindHeader(request.headers, "content-length") == nullptr) {
    absl::StrAppend(&out, "Content-Length: ", request.body.size(), "\r\n");
  }
  absl::StrAppend(&out, "\r\n", request.body);
  return out;
}

}  // namespace

HttpClientConnection::HttpClientConnection(Loop& loop, const SocketAddress& server, Millis connect_timeout)
    : server_(server),
      connection_(Connection::Connect(loop, server, connect_timeout, *this)),
      idle_(loop, [this] { CloseIdle(); }) {}

void HttpClientConnection::Send(const HttpRequest& request, User& user) {
  HEDDLE_CHECK(user_ == nullptr && connection_ != nullptr);
  idle_.Cancel();
  on_gone_ = nullptr;
  user_ = &user;
  answered_ = in_body_ = until_close_ = reusable_ = false;
  to_head_ = request.method == "HEAD";
  const std::string* connection_header = FindHeader(request.headers, "connection");
  if (connection_header != nullptr && *connection_header == "close") until_close_ = true;
  connection_->Write(RequestBytes(request, server_));
}

void HttpClientConnection::Close() {
  user_ = nullptr;
  on_gone_ = nullptr;
  idle_.Cancel();
  connection_.reset();
}

void HttpClientConnection::WaitIdle(Millis limit, std::function<void()> on_gone) {
  on_gone_ = std::move(on_gone);
  idle_.Start(limit);
}

void HttpClientConnection::CloseIdle() {
  const auto self = shared_from_this();
  const auto on_gone = std::move(on_gone_);
  Close();
  if (on_gone) on_gone();
}

void HttpClientConnection::OnData(absl::string_view data) {
  if (user_ == nullptr) {  // a server that speaks unasked
    CloseIdle();
    return;
  }
  const auto self = shared_from_this();
  answered_ = true;
  in_.append(data.data(), data.size());
  while (user_ != nullptr && (in_body_ ? TakeBody() : TakeHead())) {
  }
  in_.erase(0, std::exchange(taken_, 0));
}

bool HttpClientConnection::TakeHead() {
  if (rest().empty()) return false;
  switch (parser_.Parse(rest())) {
    case h1::Progress::kMore:
      return false;
    case h1::Progress::kError:
      Fail(absl::DataLossError(
          absl::StrCat(server_.ToString(), " does not answer in HTTP: ", parser_.error().reason)));
      return false;
    case h1::Progress::kDone:
      break;
  }
  const Head& head = parser_.head();
  const absl::string_view bytes = rest();
  taken_ += head.size;
  if (head.status < 200) {  // an interim response; the programs never ask to switch protocols
    parser_.Reset();
    return true;
  }
  const h1::BodyFraming framing = h1::ResponseFraming(head, to_head_);
  const HttpResponse response{head.status, HeadersOf(head, bytes), ""};
  reusable_ = !until_close_ && KeepsAlive(head) && framing.framing != h1::Framing::kUntilClose;
  parser_.Reset();
  decoder_.Start(framing);
  in_body_ = true;
  user_->OnHead(response);
  return true;
}

bool HttpClientConnection::TakeBody() {
  if (decoder_.done()) {
    Complete();
    return false;
  }
  if (rest().empty()) return false;
  absl::string_view payload;
  taken_ += decoder_.Next(rest(), &payload);
  if (decoder_.error()) {
    Fail(absl::DataLossError(
        absl::StrCat("the response of ", server_.ToString(), ": ", decoder_.error().reason)));
    return false;
  }
  if (!payload.empty()) user_->OnBody(payload);
  return true;
}

void HttpClientConnection::OnEof() {
  if (user_ == nullptr) {
    CloseIdle();
    return;
  }
  const auto self = shared_from_this();
  reusable_ = false;
  if (in_body_ && decoder_.End()) {
    Complete();
    return;
  }
  Fail(absl::UnavailableError(
      absl::StrCat(server_.ToString(), " closed the connection ",
                   answered_ ? "in the middle of its response" : "without a response")));
}

void HttpClientConnection::OnError(absl::Status error) {
  if (user_ == nullptr) {
    CloseIdle();
    return;
  }
  Fail(std::move(error));
}

void HttpClientConnection::Complete() {
  User* user = std::exchange(user_, nullptr);
  // Bytes behind the response belong to nothing that was asked for.
  user->OnComplete(reusable_ && rest().empty() && connection_ != nullptr);
}

void HttpClientConnection::Fail(absl::Status error) {
  const auto self = shared_from_this();
  User* user = std::exchange(user_, nullptr);
  connection_.reset();
  user->OnFailure(std::move(error), !answered_);
}

}  // namespace heddle
