// One request on its way: identified, routed, sent (by its Attempts), answered. Pooled: a worker makes as
// many as it has requests at once.
#ifndef HEDDLE_PROXY_SERVER_EXCHANGE_H_
#define HEDDLE_PROXY_SERVER_EXCHANGE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/codec/h1/body_decoder.h"
#include "lib/codec/h1/head_parser.h"
#include "lib/event/timer.h"
#include "proxy/route/route.h"
#include "proxy/server/attempts.h"

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
  // The requester has gone: drops everything. Does not call OnExchangeDone.
  void Abandon();
  // As new: for the next request.
  void Clear();
  Nanos last_activity() const { return last_activity_; }

  // For its attempts; as ExchangeHandler. Any but OnProgress and OnBodyWanted may end the exchange.
  void OnInterim(absl::string_view bytes, const Head& head);
  void OnResponse(const ExchangeHandler::Response& response);
  void OnResponseBody(absl::string_view body, bool complete);
  // After OnResponse: the rest will not come.
  void OnResponseBroken();
  // In place of OnResponse: there will be none.
  void Fail(const absl::Status& error);
  void OnProgress();
  void OnBodyWanted();

 private:
  void OnRouteChanged() override;

  // Sets route_, or says why there is none.
  absl::Status FindRoute(absl::string_view bytes);
  size_t Proceed(absl::string_view bytes);
  size_t Dispatch(absl::string_view bytes, const Route::Choice& choice);
  void WaitForRoute(absl::string_view bytes);
  void AppendBody(absl::string_view body, std::string* out);
  // The requester does not keep up: its response is not read on until it has.
  void PauseIfFull();
  // The target is a status: answers with it.
  void AnswerStatus(RouteTarget& target);
  void Respond(int status, absl::string_view message);
  void Finish(int status, After after);
  void StopWaiting();

  ServerWorker& worker_;
  ServerConnection* connection_ = nullptr;
  h1::RequestParser parser_;
  h1::BodyDecoder decoder_{400};
  Timer binding_timer_;

  Route* route_ = nullptr;
  bool waiting_ = false;
  bool counted_ = false;  // in the stats of the name
  Nanos started_{0};
  Nanos last_activity_{0};
  size_t consumed_ = 0;  // of the target
  uint16_t status_ = 0;  // of the response, once begun
  bool to_head_ = false;
  bool idempotent_ = false;
  bool http10_ = false;
  bool keep_ = false;
  bool dechunk_ = false;
  h1::BodyDecoder dechunker_{502};
  std::string received_;  // the head, while the route is not known
  Attempts attempts_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_EXCHANGE_H_
