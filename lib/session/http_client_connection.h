// One connection of an HttpClient: sends a request, decodes the response, can be used again.
#ifndef HEDDLE_LIB_SESSION_HTTP_CLIENT_CONNECTION_H_
#define HEDDLE_LIB_SESSION_HTTP_CLIENT_CONNECTION_H_

#include <functional>
#include <memory>
#include <string>

#include "lib/codec/h1/body_decoder.h"
#include "lib/codec/h1/head_parser.h"
#include "lib/event/timer.h"
#include "lib/net/connection.h"
#include "lib/session/http_message.h"

namespace heddle {

class HttpClientConnection : public Connection::Handler,
                             public std::enable_shared_from_this<HttpClientConnection> {
 public:
  // What becomes of the exchange in progress. After OnComplete or OnFailure nothing more is called. Any of
  // these may drop the connection.
  class User {
   public:
    virtual ~User() = default;
    virtual void OnHead(const HttpResponse& head) = 0;
    virtual void OnBody(absl::string_view data) = 0;
    // `reusable`: the connection can take another exchange.
    virtual void OnComplete(bool reusable) = 0;
    // `unanswered`: not one byte of a response had come.
    virtual void OnFailure(absl::Status error, bool unanswered) = 0;
  };

  HttpClientConnection(Loop& loop, const SocketAddress& server, Millis connect_timeout);

  // REQUIRES: no exchange is in progress. `user` outlives the exchange or lets go of the connection.
  void Send(const HttpRequest& request, User& user);
  // Nothing is called any more, and the connection closes.
  void Close();
  // Waits for the next exchange. `on_gone` is called if the connection closes instead: after `limit`, or when
  // the server closes it.
  void WaitIdle(Millis limit, std::function<void()> on_gone);
  const SocketAddress& server() const { return server_; }

  void OnConnected() override { connected_ = true; }
  void OnData(absl::string_view data) override;
  void OnEof() override;
  void OnError(absl::Status error) override;
  bool connected() const { return connected_; }

 private:
  bool TakeHead();
  bool TakeBody();
  void Complete();
  void Fail(absl::Status error);
  void CloseIdle();
  absl::string_view rest() const { return absl::string_view(in_).substr(taken_); }

  const SocketAddress server_;
  std::unique_ptr<Connection> connection_;
  Timer idle_;
  std::function<void()> on_gone_;
  User* user_ = nullptr;  // null between exchanges
  bool connected_ = false;
  bool answered_ = false;
  bool in_body_ = false;
  bool to_head_ = false;
  bool until_close_ = false;
  bool reusable_ = false;
  std::string in_;
  size_t taken_ = 0;
  h1::ResponseParser parser_;
  h1::BodyDecoder decoder_{502};
};

}  // namespace heddle

#endif  // HEDDLE_LIB_SESSION_HTTP_CLIENT_CONNECTION_H_
