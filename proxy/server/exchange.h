// One request on its way: identified, routed, sent, answered. Pooled: a worker makes as many as it has
// requests at once.
#ifndef HEDDLE_PROXY_SERVER_EXCHANGE_H_
#define HEDDLE_PROXY_SERVER_EXCHANGE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/codec/h1/body_decoder.h"
#include "lib/codec/h1/head_parser.h"
#include "lib/event/timer.h"
#include "proxy/endpoint/client_connection.h"
#include "proxy/route/route.h"

namespace heddle {

class ServerConnection;
class ServerWorker;

// Loop thread only.
class Exchange : private ExchangeHandler, private RouteWaiter {
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

 private:
  void OnInterim(absl::string_view bytes, const Head& head) override;
  void OnResponse(const Response& response) override;
  void OnResponseBody(absl::string_view body, bool complete) override;
  void OnFailure(Failure failure, const absl::Status& error) override;
  void OnRequestDrained() override;
  void OnRouteChanged() override;

  // Sets route_, or says why there is none.
  absl::Status FindRoute(absl::string_view bytes);
  size_t Proceed(absl::string_view bytes);
  size_t Dispatch(absl::string_view bytes);
  void WaitForRoute(absl::string_view bytes);
  void Connect(bool fresh);
  bool Retry(Failure failure);
  void AppendBody(absl::string_view body, std::string* out);
  // The requester does not keep up: its response is not read on until it has.
  void PauseIfFull();
  // The target is a status: answers with it.
  void AnswerStatus();
  void Fail(const absl::Status& error);
  void Respond(int status, absl::string_view message);
  void Finish(int status, After after);
  // Gives back the connection and the route. `status` as for RequestStats::OnDone.
  void ReleaseUpstream(int status, bool success);
  void ReleaseRoute();

  ServerWorker& worker_;
  ServerConnection* connection_ = nullptr;
  h1::RequestParser parser_;
  h1::BodyDecoder decoder_{400};
  Timer binding_timer_;

  Route* route_ = nullptr;
  bool waiting_ = false;
  bool held_ = false;     // route_ holds choice_
  bool counted_ = false;  // in the stats of the name
  Route::Choice choice_;
  std::unique_ptr<ClientConnection> upstream_;
  Nanos started_{0};
  Nanos attempt_started_{0};
  Nanos last_activity_{0};
  size_t consumed_ = 0;  // of the target
  uint16_t status_ = 0;  // of the response, once begun
  uint8_t attempts_ = 0;
  uint8_t replays_ = 0;
  bool to_head_ = false;
  bool idempotent_ = false;
  bool http10_ = false;
  bool keep_ = false;
  bool replayable_ = true;
  bool blocked_ = false;  // TakeBody has said 0
  bool upstream_paused_ = false;
  bool dechunk_ = false;
  h1::BodyDecoder dechunker_{502};
  std::string received_;  // the head, while the route is not known
  std::string sent_;      // what an endpoint has been sent, while it may have to be sent again
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_EXCHANGE_H_
