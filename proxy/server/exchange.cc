#include "proxy/server/exchange.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proxy/classify/classify.h"
#include "proxy/server/forward.h"
#include "proxy/server/overrides.h"
#include "proxy/server/recycle.h"
#include "proxy/server/respond.h"
#include "proxy/server/server_connection.h"
#include "proxy/server/server_worker.h"

namespace heddle {
namespace {

// With more waiting to leave than this, its source is not read from.
constexpr size_t kHighWater = 128 << 10;
h1::Limits LimitsOf(const ServerLimits& limits) {
  return {limits.max_initial_line_bytes, limits.max_head_bytes};
}

}  // namespace

Exchange::Exchange(ServerWorker& worker)
    : worker_(worker),
      parser_(LimitsOf(worker.config().limits)),
      binding_timer_(worker.loop(),
                     [this] {
                       worker_.routes().StopWaiting(*route_, *this);
                       waiting_ = false;
                       Fail(route_->Explain());
                     }),
      attempts_(worker, *this) {}

Exchange::~Exchange() = default;

size_t Exchange::Start(ServerConnection& connection, absl::string_view bytes) {
  const Head& head = parser_.head();
  connection_ = &connection;
  started_ = last_activity_ = worker_.loop().Now();
  to_head_ = head.method == Method::kHead;
  idempotent_ = IsIdempotent(head.method);
  http10_ = head.minor_version == 0;
  keep_ = KeepsAlive(head) && !worker_.draining();
  decoder_.Start(h1::RequestFraming(head));
  connection_->stats().requests.OnRequest();
  if (const absl::Status status = FindRoute(bytes); !status.ok()) {
    const size_t taken = head.size + decoder_.Skip(bytes.substr(head.size));
    Fail(status);
    return taken;
  }
  return Proceed(bytes);
}

void Exchange::Refuse(ServerConnection& connection) {
  connection_ = &connection;
  started_ = worker_.loop().Now();
  keep_ = false;
  const h1::ParseError& error = parser_.error();
  connection_->stats().requests.OnRequest();
  Respond(error.status, error.reason);
}

absl::Status Exchange::FindRoute(absl::string_view bytes) {
  const Head& head = parser_.head();
  if (head.method == Method::kConnect)
    return absl::UnimplementedError("CONNECT is not supported: send the request");
  const Identifier& identifier = worker_.identifier();
  const RequestView view = MakeRequestView(bytes, head);
  std::string& key = worker_.key();
  key.clear();
  absl::string_view reason;
  if (!identifier.AppendKey(view, &key, &reason)) {
    return absl::InvalidArgumentError(absl::StrCat("Unknown destination: Request(\"", view.method, " ",
                                                   view.target, "\", from ", connection_->peer().ToString(),
                                                   ") / ", reason));
  }
  consumed_ = identifier.Consumed(view);
  const size_t name_size = key.size();
  const bool overrides = HasOverrides(head);
  if (overrides) AppendOverridesKey(bytes, head, &key);
  route_ = worker_.routes().Find(key);
  if (route_ != nullptr) return absl::OkStatus();

  Dtab local;
  if (overrides) {
    ASSIGN_OR_RETURN(local, ParseOverrides(bytes, head));
  }
  ASSIGN_OR_RETURN(const Path name, identifier.Name(absl::string_view(key).substr(0, name_size)));
  ASSIGN_OR_RETURN(route_, worker_.routes().Add(key, name, local));
  return absl::OkStatus();
}

// `bytes` begin with the head.
size_t Exchange::Proceed(absl::string_view bytes) {
  const size_t head_size = parser_.head().size;
  Route::Choice choice;
  const Route::Outcome outcome = route_->Choose(worker_.loop().Now(), worker_.random(), &choice);
  if (outcome == Route::Outcome::kReady) return Dispatch(bytes, choice);
  if (outcome == Route::Outcome::kPending) {
    WaitForRoute(bytes);
    return head_size;
  }
  const size_t taken = head_size + decoder_.Skip(bytes.substr(head_size));
  if (outcome == Route::Outcome::kStatus) {
    AnswerStatus(*choice.target);
  } else {
    Fail(route_->Explain());
  }
  return taken;
}

void Exchange::WaitForRoute(absl::string_view bytes) {
  const absl::Status status = worker_.routes().Wait(*route_, *this);
  if (!status.ok()) {
    Fail(status);
    return;
  }
  waiting_ = true;
  if (received_.empty()) {
    const absl::string_view head = bytes.substr(0, parser_.head().size);
    received_.assign(head.data(), head.size());
    binding_timer_.Start(worker_.config().route.binding_timeout);
  }
}

void Exchange::OnRouteChanged() {
  waiting_ = false;
  ServerConnection* connection = connection_;
  Route::Choice choice;
  switch (route_->Choose(worker_.loop().Now(), worker_.random(), &choice)) {
    case Route::Outcome::kReady:
      binding_timer_.Cancel();
      Dispatch(received_, choice);
      connection->OnBodyWanted();
      return;
    case Route::Outcome::kPending:
      WaitForRoute(received_);
      return;
    case Route::Outcome::kStatus:
      AnswerStatus(*choice.target);
      return;
    case Route::Outcome::kNowhere:
      Fail(route_->Explain());
      return;
  }
}

size_t Exchange::Dispatch(absl::string_view bytes, const Route::Choice& choice) {
  attempts_.Begin(*route_, choice, {to_head_, idempotent_});
  counted_ = true;
  route_->service()->requests.OnRequest();
  const Head& head = parser_.head();
  const RouteTarget& target = *choice.target;
  RequestEdits edits;
  edits.name_fields = route_->head_fields();
  edits.fields = target.head_fields;
  edits.has_residual = target.has_residual;
  edits.consumed = consumed_;
  ForwardRequest(bytes, head, edits, worker_.random(), attempts_.out());
  // Of the body only as much as can be sent again: the rest comes by TakeBody, once there is a connection.
  const absl::string_view rest = bytes.substr(head.size, attempts_.room());
  const size_t body = decoder_.Skip(rest);
  const size_t taken = head.size + body;
  if (decoder_.error()) {
    Respond(400, decoder_.error().reason);
    return taken;
  }
  attempts_.out()->append(rest.data(), body);
  last_activity_ = worker_.loop().Now();
  attempts_.Send(decoder_.done());
  return taken;
}

size_t Exchange::TakeBody(absl::string_view bytes) {
  last_activity_ = worker_.loop().Now();
  if (!attempts_.TakesBody(bytes.size())) return 0;
  const size_t size = decoder_.Skip(bytes);
  if (decoder_.error()) {
    if (status_ == 0) {
      Respond(400, decoder_.error().reason);
    } else {
      Finish(0, After::kReset);
    }
    return size;
  }
  attempts_.WriteBody(bytes.substr(0, size), decoder_.done());
  return size;
}

void Exchange::OnProgress() { last_activity_ = worker_.loop().Now(); }

void Exchange::OnBodyWanted() { connection_->OnBodyWanted(); }

void Exchange::OnInterim(absl::string_view bytes, const Head& head) {
  last_activity_ = worker_.loop().Now();
  if (http10_) return;  // RFC 9110 section 15.2
  std::string& out = worker_.scratch();
  out.clear();
  ForwardResponse(bytes, head, {}, &out);
  connection_->Send(out);
  PauseIfFull();
}

void Exchange::PauseIfFull() {
  if (connection_->buffered() > kHighWater) attempts_.PauseResponse();
}

void Exchange::OnResponse(const ExchangeHandler::Response& response) {
  last_activity_ = worker_.loop().Now();
  status_ = response.head.status;
  const bool chunked = response.framing.framing == h1::Framing::kChunked;
  dechunk_ = http10_ && response.head.chunked;
  if (dechunk_) dechunker_.Start(response.framing);
  const bool until_close = response.framing.framing == h1::Framing::kUntilClose || (http10_ && chunked);
  // A request that is still on its way when its response ends would be taken for the next one.
  keep_ = keep_ && !until_close && !worker_.draining() && (decoder_.done() || !response.complete);
  std::string& out = worker_.scratch();
  out.clear();
  ResponseEdits edits;
  edits.close = !keep_;
  edits.keep_alive = keep_ && http10_;
  edits.dechunk = dechunk_;
  ForwardResponse(response.bytes, response.head, edits, &out);
  AppendBody(response.body, &out);
  connection_->Send(out);
  if (response.complete) {
    Finish(status_, keep_ && decoder_.done() ? After::kKeep : After::kClose);
  } else {
    PauseIfFull();
  }
}

void Exchange::AppendBody(absl::string_view body, std::string* out) {
  if (!dechunk_) {
    out->append(body.data(), body.size());
    return;
  }
  while (!body.empty() && !dechunker_.done()) {
    absl::string_view payload;
    body.remove_prefix(dechunker_.Next(body, &payload));
    out->append(payload.data(), payload.size());
  }
}

void Exchange::OnResponseBody(absl::string_view body, bool complete) {
  last_activity_ = worker_.loop().Now();
  if (dechunk_) {
    std::string& out = worker_.scratch();
    out.clear();
    AppendBody(body, &out);
    connection_->Send(out);
  } else {
    connection_->Send(body);
  }
  if (complete) {
    Finish(status_, keep_ && decoder_.done() ? After::kKeep : After::kClose);
  } else {
    PauseIfFull();
  }
}

void Exchange::OnResponseDrained() {
  last_activity_ = worker_.loop().Now();
  attempts_.ResumeResponse();
}

// The requester has the head: it is to see that the rest is missing.
void Exchange::OnResponseBroken() { Finish(0, After::kReset); }

void Exchange::OnTimeout() {
  if (status_ != 0) {
    Finish(0, After::kReset);
  } else if (attempts_.active() && decoder_.done()) {
    Fail(absl::DeadlineExceededError(
        absl::StrCat("no response from ", attempts_.address().ToString(), " for ", route_->name(), " within ",
                     worker_.config().endpoint.response_timeout.count(), " ms")));
  } else {
    keep_ = false;
    Respond(408, "the request did not arrive in time");
  }
}

void Exchange::AnswerStatus(RouteTarget& target) {
  const int status = target.status;
  if (status < 200) {
    Fail(absl::UnavailableError(absl::StrCat("the status ", status, " of ", target.client->id(),
                                             " is no answer to a request: only 200 to 599 are")));
    return;
  }
  counted_ = true;
  route_->service()->requests.OnRequest();
  for (RequestStats* stats : {&target.client->stats().requests, &target.Stats()}) {
    stats->OnRequest();
    stats->OnDone(status, IsSuccess(status), Nanos(0));
  }
  // What is left of the body would be taken for the next request.
  keep_ = keep_ && decoder_.done() && !worker_.draining();
  std::string& out = worker_.scratch();
  out.clear();
  AppendStatusResponse(status, !keep_, keep_ && http10_, &out);
  connection_->Send(out);
  Finish(status, keep_ ? After::kKeep : After::kClose);
}

void Exchange::Fail(const absl::Status& error) { Respond(HttpStatusOf(error), error.message()); }

void Exchange::Respond(int status, absl::string_view message) {
  // Whoever sends what is malformed may also be read differently where the next request begins.
  keep_ = keep_ && status != 400 && decoder_.done() && !decoder_.error() && !worker_.draining();
  std::string out;  // not the scratch: the message may be a view of something there
  AppendErrorResponse(
      {status, message, !keep_, keep_ && http10_, to_head_, worker_.config().limits.max_head_bytes}, &out);
  connection_->Send(out);
  attempts_.End(0, false);
  Finish(status, keep_ ? After::kKeep : After::kClose);
}

void Exchange::StopWaiting() {
  if (waiting_) worker_.routes().StopWaiting(*route_, *this);
  binding_timer_.Cancel();
}

void Exchange::Finish(int status, After after) {
  const bool success = status != 0 && IsSuccess(status);
  const Nanos took = worker_.loop().Now() - started_;
  connection_->stats().requests.OnDone(status, success, took);
  if (counted_) route_->service()->requests.OnDone(status, success, took);
  attempts_.End(status, success);
  StopWaiting();
  ServerConnection* connection = connection_;
  Clear();
  connection->OnExchangeDone(after);
}

void Exchange::Abandon() {
  if (connection_ == nullptr) return;  // in the middle of a head
  connection_->stats().requests.OnGone();
  if (counted_) route_->service()->requests.OnGone();
  attempts_.Abandon();
  StopWaiting();
}

void Exchange::Clear() {
  connection_ = nullptr;
  parser_.Reset();
  decoder_.Start({});
  route_ = nullptr;
  waiting_ = counted_ = false;
  consumed_ = 0;
  status_ = 0;
  to_head_ = idempotent_ = http10_ = keep_ = dechunk_ = false;
  Recycle(&received_);
}

}  // namespace heddle
