#include "proxy/server/exchange.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proxy/classify/classify.h"
#include "proxy/server/forward.h"
#include "proxy/server/overrides.h"
#include "proxy/server/respond.h"
#include "proxy/server/server_connection.h"
#include "proxy/server/server_worker.h"

namespace heddle {
namespace {

// A request that fits is kept until its response begins, to be sent again should the connection break before.
constexpr size_t kReplayBytes = 32 << 10;
// With more waiting to leave than this, its source is not read from.
constexpr size_t kHighWater = 128 << 10;
// Connections tried for one request; how many of them may have been sent something before they broke: one
// that was stale, and one endpoint that died.
constexpr uint8_t kMaxAttempts = 4;
constexpr uint8_t kMaxReplays = 2;
// A larger string is given back when an exchange is over.
constexpr size_t kKeptCapacity = 64 << 10;

void Recycle(std::string* s) {
  if (s->capacity() > kKeptCapacity) std::string().swap(*s);
  s->clear();
}

h1::Limits LimitsOf(const ServerLimits& limits) {
  return {limits.max_initial_line_bytes, limits.max_head_bytes};
}

}  // namespace

Exchange::Exchange(ServerWorker& worker)
    : worker_(worker), parser_(LimitsOf(worker.config().limits)), binding_timer_(worker.loop(), [this] {
        worker_.routes().StopWaiting(*route_, *this);
        waiting_ = false;
        Fail(route_->Explain());
      }) {}

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
  const Route::Outcome outcome = route_->Choose(worker_.loop().Now(), worker_.random(), &choice_);
  if (outcome == Route::Outcome::kReady) return Dispatch(bytes);
  if (outcome == Route::Outcome::kPending) {
    WaitForRoute(bytes);
    return head_size;
  }
  const size_t taken = head_size + decoder_.Skip(bytes.substr(head_size));
  if (outcome == Route::Outcome::kStatus) {
    AnswerStatus();
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
  switch (route_->Choose(worker_.loop().Now(), worker_.random(), &choice_)) {
    case Route::Outcome::kReady:
      binding_timer_.Cancel();
      Dispatch(received_);
      connection->OnBodyWanted();
      return;
    case Route::Outcome::kPending:
      WaitForRoute(received_);
      return;
    case Route::Outcome::kStatus:
      AnswerStatus();
      return;
    case Route::Outcome::kNowhere:
      Fail(route_->Explain());
      return;
  }
}

size_t Exchange::Dispatch(absl::string_view bytes) {
  route_->Hold(choice_);
  held_ = true;
  if (RequestStats* stats = route_->stats(); stats != nullptr) {
    counted_ = true;
    stats->OnRequest();
  }
  const Head& head = parser_.head();
  const RouteTarget& target = *choice_.target;
  RequestEdits edits;
  edits.name_fields = route_->head_fields();
  edits.fields = target.head_fields;
  edits.has_residual = target.has_residual;
  edits.consumed = consumed_;
  ForwardRequest(bytes, head, edits, worker_.random(), &sent_);
  // Of the body only as much as can be sent again: the rest comes by TakeBody, once there is a connection.
  const size_t room = sent_.size() < kReplayBytes ? kReplayBytes - sent_.size() : 0;
  const absl::string_view rest = bytes.substr(head.size, room);
  const size_t body = decoder_.Skip(rest);
  const size_t taken = head.size + body;
  if (decoder_.error()) {
    Respond(400, decoder_.error().reason);
    return taken;
  }
  sent_.append(rest.data(), body);
  Connect(/*fresh=*/false);
  if (decoder_.done()) upstream_->EndRequest();
  return taken;
}

void Exchange::Connect(bool fresh) {
  ++attempts_;
  attempt_started_ = last_activity_ = worker_.loop().Now();
  choice_.target->client->stats().requests.OnRequest();
  choice_.target->Stats().OnRequest();
  upstream_ = choice_.pool->Acquire(fresh);
  upstream_->Begin(*this, to_head_);
  upstream_->Write(sent_);
}

size_t Exchange::TakeBody(absl::string_view bytes) {
  last_activity_ = worker_.loop().Now();
  // A body that would be lost with a connect that fails is not read from its sender.
  const bool full = upstream_ == nullptr || upstream_->buffered() > kHighWater ||
                    (!upstream_->connected() && sent_.size() + bytes.size() > kReplayBytes);
  if (full) {
    blocked_ = true;
    return 0;
  }
  const size_t size = decoder_.Skip(bytes);
  if (decoder_.error()) {
    if (status_ == 0) {
      Respond(400, decoder_.error().reason);
    } else {
      Finish(0, After::kReset);
    }
    return size;
  }
  const absl::string_view part = bytes.substr(0, size);
  if (replayable_ && status_ == 0 && sent_.size() + size <= kReplayBytes) {
    sent_.append(part.data(), part.size());
  } else {
    replayable_ = false;
  }
  upstream_->Write(part);
  if (decoder_.done()) upstream_->EndRequest();
  return size;
}

void Exchange::OnRequestDrained() {
  last_activity_ = worker_.loop().Now();
  if (!blocked_) return;
  blocked_ = false;
  connection_->OnBodyWanted();
}

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
  if (upstream_paused_ || connection_->buffered() <= kHighWater) return;
  upstream_paused_ = true;
  upstream_->PauseReading();
}

void Exchange::OnResponse(const Response& response) {
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
  if (!upstream_paused_) return;
  upstream_paused_ = false;
  upstream_->ResumeReading();
}

void Exchange::OnFailure(Failure failure, const absl::Status& error) {
  if (status_ != 0) {  // the requester has the head: it is to see that the rest is missing
    Finish(0, After::kReset);
    return;
  }
  const absl::Status kept = error;  // it may live in what is released now
  if (Retry(failure)) return;
  if (failure != Failure::kConnect) {
    Fail(kept);
    return;
  }
  Fail(absl::UnavailableError(absl::StrCat("Unable to establish connection to ",
                                           choice_.pool->address().ToString(), " for ", route_->name(), " (",
                                           choice_.target->client->id(), "): ", kept.message())));
}

bool Exchange::Retry(Failure failure) {
  if (!replayable_ || attempts_ >= kMaxAttempts || failure == Failure::kMalformed) return false;
  if (failure == Failure::kClosed) {
    // Something may have been done for it: only what may be done twice, and only before any answer.
    if (upstream_->response_begun() || !idempotent_ || replays_ >= kMaxReplays) return false;
    ++replays_;
  }
  EndpointPool* pool = Route::ChooseAgain(*choice_.target, worker_.loop().Now());
  if (pool == nullptr) return false;
  ClientStats& stats = choice_.target->client->stats();
  stats.requeues.Increment();
  ReleaseUpstream(0, false);
  choice_.pool = pool;
  Connect(/*fresh=*/failure == Failure::kClosed);
  if (decoder_.done()) upstream_->EndRequest();
  // On a connection that was there already everything may have left at once: nothing else would say so.
  if (upstream_->buffered() == 0 && upstream_->connected()) OnRequestDrained();
  return true;
}

void Exchange::OnTimeout() {
  if (status_ != 0) {
    Finish(0, After::kReset);
  } else if (upstream_ != nullptr && decoder_.done()) {
    Fail(absl::DeadlineExceededError(
        absl::StrCat("no response from ", choice_.pool->address().ToString(), " for ", route_->name(),
                     " within ", worker_.config().endpoint.response_timeout.count(), " ms")));
  } else {
    keep_ = false;
    Respond(408, "the request did not arrive in time");
  }
}

void Exchange::AnswerStatus() {
  const int status = choice_.target->status;
  if (status < 200) {
    Fail(absl::UnavailableError(absl::StrCat("the status ", status, " of ", choice_.target->client->id(),
                                             " is no answer to a request: only 200 to 599 are")));
    return;
  }
  if (RequestStats* stats = route_->stats(); stats != nullptr) {
    counted_ = true;
    stats->OnRequest();
  }
  for (RequestStats* stats : {&choice_.target->client->stats().requests, &choice_.target->Stats()}) {
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
  if (upstream_ != nullptr) ReleaseUpstream(0, false);
  Finish(status, keep_ ? After::kKeep : After::kClose);
}

void Exchange::ReleaseUpstream(int status, bool success) {
  const Nanos took = worker_.loop().Now() - attempt_started_;
  choice_.target->client->stats().requests.OnDone(status, success, took);
  choice_.target->Stats().OnDone(status, success, took);
  choice_.pool->Release(std::move(upstream_));
}

void Exchange::ReleaseRoute() {
  if (waiting_) worker_.routes().StopWaiting(*route_, *this);
  if (held_) route_->Release(choice_);
  binding_timer_.Cancel();
}

void Exchange::Finish(int status, After after) {
  const bool success = status != 0 && IsSuccess(status);
  const Nanos took = worker_.loop().Now() - started_;
  connection_->stats().requests.OnDone(status, success, took);
  if (counted_) route_->stats()->OnDone(status, success, took);
  if (upstream_ != nullptr) ReleaseUpstream(status, success);
  ReleaseRoute();
  ServerConnection* connection = connection_;
  Clear();
  connection->OnExchangeDone(after);
}

void Exchange::Abandon() {
  if (connection_ == nullptr) return;  // in the middle of a head
  connection_->stats().requests.OnGone();
  if (counted_) route_->stats()->OnGone();
  if (upstream_ != nullptr) {
    choice_.target->client->stats().requests.OnGone();
    choice_.target->Stats().OnGone();
    choice_.pool->Release(std::move(upstream_));
  }
  ReleaseRoute();
}

void Exchange::Clear() {
  connection_ = nullptr;
  parser_.Reset();
  decoder_.Start({});
  route_ = nullptr;
  waiting_ = held_ = counted_ = false;
  choice_ = Route::Choice();
  consumed_ = 0;
  status_ = 0;
  attempts_ = replays_ = 0;
  to_head_ = idempotent_ = http10_ = keep_ = false;
  replayable_ = true;
  blocked_ = upstream_paused_ = dechunk_ = false;
  Recycle(&received_);
  Recycle(&sent_);
}

}  // namespace heddle
