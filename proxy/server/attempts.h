// The client side of a request: an endpoint, a connection, what is sent on it, and another try when that
// fails. Part of an Exchange, which hears of the response.
#ifndef HEDDLE_PROXY_SERVER_ATTEMPTS_H_
#define HEDDLE_PROXY_SERVER_ATTEMPTS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "proxy/endpoint/client_connection.h"
#include "proxy/route/route.h"

namespace heddle {

class Exchange;
class ServerWorker;

// Loop thread only. A request begins with Begin and is over with End or Abandon.
class Attempts : private ExchangeHandler {
 public:
  // What of a request decides how it may be sent.
  struct Request {
    bool to_head = false;
    bool idempotent = false;
  };

  Attempts(ServerWorker& worker, Exchange& exchange) : worker_(worker), exchange_(exchange) {}

  // Holds `choice` of `route`, whose outcome was kReady. The head, and what there is of the body and fits
  // within room(), are then appended to out(), and sent by Send.
  void Begin(Route& route, const Route::Choice& choice, Request request);
  std::string* out() { return &sent_; }
  size_t room() const;
  // `ended`: all of the request is in out(). May call nothing back.
  void Send(bool ended);

  // False if `size` more bytes of the body cannot be taken now: Exchange::OnBodyWanted tells when.
  bool TakesBody(size_t size);
  void WriteBody(absl::string_view part, bool ended);

  // The requester does not keep up, or does again.
  void PauseResponse();
  void ResumeResponse();

  // Connected to, waiting for, or reading from an endpoint.
  bool active() const { return connection_ != nullptr; }
  const SocketAddress& address() const { return choice_.pool->address(); }

  // The request is over: gives the connection and the route back. `status` as for RequestStats::OnDone.
  void End(int status, bool success);
  // The requester has gone.
  void Abandon();

 private:
  void OnInterim(absl::string_view bytes, const Head& head) override;
  void OnResponse(const Response& response) override;
  void OnResponseBody(absl::string_view body, bool complete) override;
  void OnFailure(Failure failure, const absl::Status& error) override;
  void OnRequestDrained() override;

  void Connect(bool fresh);
  bool TryAgain(Failure failure);
  void EndAttempt(int status, bool success);
  void Clear();

  ServerWorker& worker_;
  Exchange& exchange_;
  Route* route_ = nullptr;  // held, with choice_
  Route::Choice choice_;
  std::unique_ptr<ClientConnection> connection_;
  Nanos started_{0};  // the attempt
  Request request_;
  uint8_t attempts_ = 0;
  uint8_t replays_ = 0;
  bool responded_ = false;
  bool replayable_ = true;  // all that was sent is in sent_
  bool ended_ = false;      // all of the request was written
  bool blocked_ = false;    // TakesBody has said no
  bool paused_ = false;
  std::string sent_;  // what an endpoint has been sent, while it may have to be sent again
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_ATTEMPTS_H_
