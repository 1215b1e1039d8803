// One request on its way: identified, admitted, routed, sent (by its Attempts), answered, counted. Pooled: a
// worker makes as many as it has requests at once.
#ifndef HEDDLE_PROXY_SERVER_EXCHANGE_H_
#define HEDDLE_PROXY_SERVER_EXCHANGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/codec/h1/body_decoder.h"
#include "lib/codec/h1/head_parser.h"
#include "lib/event/timer.h"
#include "proxy/route/route.h"
#include "proxy/server/attempts.h"
#include "proxy/server/diagnostic.h"
#include "proxy/server/request_context.h"
#include "proxy/server/response_body.h"

namespace heddle {

class ServerConnection;
class ServerWorker;

// Loop thread only.
class Exchange : private RouteWaiter {
 public:
  // What becomes of the server connection after an exchange.
  enum class After { kKeep, kClose, kReset };

  explicit Exchange(ServerWorker& worker);
  ~Exchange() override;

  // Of the request's head.
  h1::RequestParser& parser() { return parser_; }

  // The head has been parsed from `bytes`. Returns how many of them the request has taken: its head, and what
  // of its body could be sent on. May call connection.OnExchangeDone.
  size_t Start(ServerConnection& connection, absl::string_view bytes);
  // More of the body; returns how much was taken, 0 if nothing can be taken now: connection.OnBodyWanted
  // tells when. May call connection.OnExchangeDone. REQUIRES: `bytes` is not empty, !request_ended().
  size_t TakeBody(absl::string_view bytes);
  bool request_ended() const { return decoder_.done(); }

  // The bytes parsed are not a request: answers so and ends, with the connection.
  void Refuse(ServerConnection& connection);
  // The server connection has sent what was written to it.
  void OnResponseDrained();
  // Nothing has moved for too long.
  void OnTimeout();
  // What it carries is no HTTP any more: bytes, both ways, until both ends have closed.
  bool tunnel() const { return tunnel_; }
  // The requester sends no more into the tunnel. REQUIRES: tunnel(), !request_ended().
  void OnTunnelEnd();
  // The requester has gone: drops everything. Does not call OnExchangeDone.
  void Abandon();
  // As new: for the next request.
  void Clear();
  Nanos last_activity() const { return last_activity_; }

  // For its attempts; as ExchangeHandler. Any but OnProgress and OnBodyWanted may end the exchange.
  void OnInterim(absl::string_view bytes, const Head& head);
  void OnResponse(const ExchangeHandler::Response& response, ResponseClass result);
  void OnResponseBody(absl::string_view body, bool complete);
  void OnTunnelEof();
  // After OnResponse: the rest will not come.
  void OnResponseBroken();
  // In place of OnResponse: there will be none.
  void Fail(const absl::Status& error, FailureName name);
  void OnProgress();
  void OnRequestDrained();
  void OnBodyWanted();
  // Whether anybody still listens cannot be told before something is sent.
  bool RequesterMayBeGone() const;

 private:
  void OnRouteChanged() override;

  // The request may be served at all; an error is the answer.
  absl::Status Admit(absl::string_view bytes);
  absl::Status LimitTime();
  // Sets route_, or says why there is none.
  absl::Status FindRoute(absl::string_view bytes);
  // ... at a server that honours only rules that are signed. The worker's key is the name's so far.
  absl::Status FindGuardedRoute(absl::string_view bytes);
  // The request's signed rules count: they have not expired, and are signed by one of the server's keys, or
  // were when the route that is set now was made. Appends to the worker's key.
  bool AcceptSigned(absl::string_view bytes);
  // A route for the worker's key, whose first `name_size` bytes are the name's.
  absl::Status AddRoute(size_t name_size, const Dtab& local);
  absl::Status CheckTunnel(absl::string_view bytes);
  size_t Proceed(absl::string_view bytes);
  size_t Dispatch(absl::string_view bytes, const Route::Choice& choice);
  void WriteHead(absl::string_view bytes, const RouteTarget& target);
  void WaitForRoute(absl::string_view bytes);
  // A TRACE request may order a report of where it goes, or not to go any further (diagnostic.h).
  size_t StartTrace(absl::string_view bytes);
  void OnExplained(absl::StatusOr<std::string> explanation);
  size_t AnswerTrace(absl::string_view bytes, const Route::Choice& choice);
  // Its response is to have a report behind.
  bool Reports() const;
  std::string ReportOf(absl::string_view client, absl::string_view endpoint) const;
  // Appends what is sent for a part of the response's body.
  void AppendBody(absl::string_view body, bool complete, std::string* out);
  void StopWaiting();
  // What limits the time until the response begins. Once that is `at`, the request fails.
  enum class Limit : uint8_t { kNone, kServer, kService, kDeadline };
  void EndBy(Nanos at, Limit why);
  void OnLimit();
  // What l5d-ctx-deadline is to say; nullopt: as received.
  std::optional<Deadline> DeadlineToPass() const;

  ResponseBody::Form FormOf(const ExchangeHandler::Response& response) const;
  void BeginTunnel(const ExchangeHandler::Response& response);
  void FinishTunnelIfOver();
  // The requester does not keep up: its response is not read on until it has.
  void PauseIfFull();
  // The target is a status: answers with it.
  void AnswerStatus(RouteTarget& target);
  void RefuseBody();
  void Answer(const absl::Status& error);
  void Respond(int status, absl::string_view message, bool retryable = false);
  // The counters of the server and the service. `status` 0: there is no response, or not all of it.
  void Count(int status, bool success, FailureName name);
  void WriteLog(int status);
  void Finish(int status, After after);
  void LeaveServer();

  ServerWorker& worker_;
  ServerConnection* connection_ = nullptr;
  h1::RequestParser parser_;
  h1::BodyDecoder decoder_{400};
  ResponseBody body_;
  Timer binding_timer_;
  Timer limit_timer_;
  Attempts attempts_;

  Route* route_ = nullptr;
  RequestContext context_;
  Nanos started_{0};
  Nanos last_activity_{0};
  Nanos ends_at_ = Nanos::max();      // whatever limits it
  Nanos own_ends_at_ = Nanos::max();  // what is configured here
  size_t consumed_ = 0;               // of the target
  int64_t response_size_ = -1;        // its content-length; -1: not said
  uint16_t status_ = 0;               // of the response, once begun
  Limit limit_ = Limit::kNone;
  Attempts::Tunnel asks_ = Attempts::Tunnel::kNever;
  bool success_ = false;     // the class of the response
  bool waiting_ = false;     // for the route
  bool admitted_ = false;    // holds a place of the server's Admission
  bool counted_ = false;     // in the counters of the server
  bool at_service_ = false;  // and of the service
  bool to_head_ = false;
  bool http10_ = false;
  bool keep_ = false;
  bool tunnel_ = false;
  bool tunnel_over_ = false;  // its endpoint's direction
  std::string received_;      // the head, while the route is not known, or if it is to be logged
  std::shared_ptr<DiagnosticTrace> trace_;  // of a TRACE request
  std::string host_;                        // as received, while another one stands in its place
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_EXCHANGE_H_
