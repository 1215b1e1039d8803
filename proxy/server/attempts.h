// The client side of a request: an endpoint, a connection, what is sent on it, and what is to be done when
// that fails. Part of an Exchange, which hears of the response.
//
//              connect failed, pool full, stale connection: within the client's requeue budget, at once
//              ┌──────────────────────────────────────────────────────────────────────────────────┐
//    Begin ─► attempt: endpoint ─► connection ─► send ─► response ─► class ──────────────────► Exchange
//              └──── failure that may be tried again: within the service's retry budget, after a wait ────┘
//
// Source: com.twitter.finagle.service.{RequeueFilter, Retries}, com.twitter.finagle.buoyant.RetryFilter.
#ifndef HEDDLE_PROXY_SERVER_ATTEMPTS_H_
#define HEDDLE_PROXY_SERVER_ATTEMPTS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/event/timer.h"
#include "proxy/classify/classifier.h"
#include "proxy/classify/request_stats.h"
#include "proxy/endpoint/client_connection.h"
#include "proxy/retry/backoff.h"
#include "proxy/route/route.h"

namespace heddle {

class Exchange;
class ServerWorker;

// Loop thread only. A request begins with Begin and is over with End or Abandon.
class Attempts : private ExchangeHandler, private PoolWaiter {
 public:
  using Tunnel = ClientConnection::Tunnel;

  // What of a request decides how it may be sent.
  struct Request {
    RequestTraits traits;
    Tunnel tunnel = Tunnel::kNever;  // what it asks for
    Nanos ends_at = Nanos::max();    // what begins later is of no use
    std::optional<uint64_t> pin;     // RequestContext::pin
  };

  Attempts(ServerWorker& worker, Exchange& exchange);

  // Holds `choice` of `route`, whose outcome was kReady. The head, and what there is of the body and fits
  // within room(), are then appended to out(), and sent by Send.
  void Begin(Route& route, const Route::Choice& choice, const Request& request);
  std::string* out() { return &sent_; }
  size_t room() const { return sent_.size() < max_sent_ ? max_sent_ - sent_.size() : 0; }
  // `ended`: all of the request is in out(). May end the exchange.
  void Send(bool ended);

  // False if `size` more bytes of the body cannot be taken now: Exchange::OnBodyWanted tells when.
  bool TakesBody(size_t size);
  void WriteBody(absl::string_view part, bool ended);
  // Of a tunnel: the requester will send no more.
  void EndTunnel() { connection_->Shutdown(); }
  // Bytes of the request on their way.
  size_t buffered() const { return connection_->buffered(); }

  // The requester does not keep up, or does again.
  void PauseResponse();
  void ResumeResponse();

  // Connected to, waiting for, or reading from an endpoint.
  bool active() const { return begun_; }
  // "10.0.0.1:80"; "" while the next attempt waits.
  std::string Address() const { return begun_ ? choice_.pool->address().ToString() : std::string(); }

  // What stands in place of the request's Host; "": nothing does.
  const std::string& authority() const { return choice_.target->client->authority(); }

  // Counts the attempt as over while its connection stays in use: for a tunnel.
  void Count(int status, bool success, FailureName name = FailureName::kOther);
  // The request is over, and the attempt under way, if there is one, with it: gives back all it holds.
  // `status` as for RequestStats::OnDone; `name` of what failed without one.
  void End(int status, bool success, FailureName name = FailureName::kOther);
  // ... without an outcome that would be the endpoint's: the requester has gone, or is at fault.
  void Abandon();

 private:
  void OnInterim(absl::string_view bytes, const Head& head) override;
  void OnResponse(const Response& response) override;
  void OnResponseBody(absl::string_view body, bool complete) override;
  void OnTunnelEof() override;
  void OnFailure(Failure failure, const absl::Status& error) override;
  void OnRequestDrained() override;
  void OnPoolReady() override;
  void OnTimer();

  void BeginAttempt(bool fresh);
  void Connect(bool fresh);
  void Fail(AttemptFailure failure, const absl::Status& error);
  // Each gives the attempt up for another one; false if there is to be none.
  bool Requeue(AttemptFailure failure);
  bool Retry(int status, FailureName name);
  // The attempt after a wait, or none: at what the name is drawn to now.
  void TryAgain();
  // False if the head cannot be made one for `next`.
  bool MoveTo(const Route::Choice& next);
  bool MayRequeue(AttemptFailure failure) const;
  // An endpoint for another attempt: another one, if there is one; nullptr if there is none.
  EndpointPool* ChooseAgain() const;
  void EndAttempt(int status, bool success, FailureName name);
  void GiveBack();
  void Clear();

  ServerWorker& worker_;
  Exchange& exchange_;
  Timer timer_;             // of the attempt's response; or of the wait before the next one
  Route* route_ = nullptr;  // held, with choice_
  Route::Choice choice_;
  std::unique_ptr<ClientConnection> connection_;
  Nanos started_{0};    // the attempt
  Nanos responded_{0};  // its response's head came; 0: not yet
  Request request_;
  Backoff backoff_;
  uint8_t requeues_ = 0;
  uint8_t replays_ = 0;
  uint8_t retries_ = 0;
  bool begun_ = false;      // an attempt, at choice_.pool
  bool counted_ = false;    // it is in the counters
  bool replayable_ = true;  // all that was sent is in sent_
  bool ended_ = false;      // all of the request was written
  bool blocked_ = false;    // TakesBody has said no
  bool paused_ = false;
  size_t max_sent_ = 0;
  std::string sent_;  // what an endpoint has been sent, while it may have to be sent again
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_ATTEMPTS_H_
