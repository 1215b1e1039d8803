// One connection of an HttpServer: reads a request, has it answered, goes on to the next.
#ifndef HEDDLE_LIB_SESSION_SERVER_SESSION_H_
#define HEDDLE_LIB_SESSION_SERVER_SESSION_H_

#include <memory>
#include <string>

#include "lib/codec/h1/body_decoder.h"
#include "lib/codec/h1/head_parser.h"
#include "lib/event/timer.h"
#include "lib/net/connection.h"
#include "lib/session/http_server.h"

namespace heddle {

class ServerSession : public Connection::Handler, public std::enable_shared_from_this<ServerSession> {
 public:
  // The server, as its sessions see it. Kept alive by them.
  class Host {
   public:
    explicit Host(HttpServer::Handler h, HttpServer::Limits l) : handler(std::move(h)), limits(l) {}
    virtual ~Host() = default;
    // The session is over. `connection`, unless null, is to be closed when it has taken what it was sent.
    virtual void OnSessionOver(ServerSession& session, std::unique_ptr<Connection> connection) = 0;

    const HttpServer::Handler handler;
    const HttpServer::Limits limits;
    HttpServer::Http2Handler on_http2;
    size_t bodies_bytes = 0;  // of requests that have not been received to their end
    bool draining = false;
  };

  ServerSession(std::shared_ptr<Host> host, std::unique_ptr<Connection> connection);
  ~ServerSession() override;
  // Begins to read. Apart from the constructor, since it may end the session.
  void Start();
  // Closes at once if between requests, else after the response.
  void Drain();
  // Closes at once; the handler hears nothing.
  void Abandon();

  void OnData(absl::string_view data) override;
  void OnEof() override;
  void OnError(absl::Status error) override;
  void OnDrained() override;

 private:
  class Exchange;
  enum class State { kFresh, kHead, kBody, kResponding };

  absl::string_view rest() const { return absl::string_view(in_).substr(taken_); }
  // Goes on with what has been received for as long as it leads anywhere.
  void Process();
  // Whether the connection speaks HTTP/1 or HTTP/2.
  bool TakePreface();
  bool TakeHead();
  bool TakeBody();
  // False if the body has been refused.
  bool AppendBody(absl::string_view payload);
  void ReleaseBody();
  void Dispatch();
  // Answers a request that cannot be served, and closes.
  void Refuse(int status, absl::string_view reason);
  std::string ResponseHead(int status, const HeaderList& headers, absl::string_view framing) const;
  void SendWhole(const HttpResponse& response);
  void StartStream(int status, const HeaderList& headers);
  void WriteStream(absl::string_view data);
  void EndStream();
  void OnResponseDone();
  void OnExchangeDropped(bool started);
  void OnTimer();
  void Over(bool linger);

  const std::shared_ptr<Host> host_;
  std::unique_ptr<Connection> connection_;
  Timer timer_;
  State state_;
  bool processing_ = false;
  bool eof_ = false;
  size_t stalled_at_ = 0;  // buffered() when the timer fired last
  std::string in_;         // received, of which the first taken_ bytes have been dealt with
  size_t taken_ = 0;
  h1::RequestParser parser_;
  h1::BodyDecoder decoder_{400};

  // The request in progress.
  HttpRequest request_;
  size_t body_bytes_ = 0;         // of its body, counted among the host's
  Exchange* exchange_ = nullptr;  // until the response is complete
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool is_http10_ = false;
  bool chunked_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_SESSION_SERVER_SESSION_H_
