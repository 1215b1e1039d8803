#include "proxy/server/attempts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proxy/server/exchange.h"
#include "proxy/server/recycle.h"
#include "proxy/server/server_worker.h"

namespace heddle {
namespace {

// A request that fits is kept until its response begins, to be sent again should its connection not come
// about, or break. Its body is kept by more only if the configuration says so.
constexpr size_t kReplayBytes = 32 << 10;
// With more waiting to leave than this, its source is not read from.
constexpr size_t kHighWater = 128 << 10;
// How often one request is sent again at once (a fifth of what a fresh budget holds, as in Finagle), and how
// often of these something of it had been sent before: on a connection that was stale, and to an endpoint
// that died.
constexpr uint8_t kMaxRequeues = 20;
constexpr uint8_t kMaxReplays = 2;
// Finagle leaves this to the budget alone; a request that fails so often will not succeed.
constexpr uint8_t kMaxRetries = 100;
// How often the balancer is asked for an endpoint that is not the one that has just failed.
constexpr int kDraws = 3;

AttemptFailure FailureOf(ExchangeHandler::Failure failure) {
  switch (failure) {
    case ExchangeHandler::Failure::kConnect:
      return AttemptFailure::kConnect;
    case ExchangeHandler::Failure::kClosed:
      return AttemptFailure::kClosed;
    case ExchangeHandler::Failure::kMalformed:
      return AttemptFailure::kMalformed;
    case ExchangeHandler::Failure::kTimeout:
      return AttemptFailure::kTimeout;
  }
  return AttemptFailure::kClosed;
}

}  // namespace

Attempts::Attempts(ServerWorker& worker, Exchange& exchange)
    : worker_(worker), exchange_(exchange), timer_(worker.loop(), [this] { OnTimer(); }) {}

void Attempts::Begin(Route& route, const Route::Choice& choice, const Request& request) {
  route_ = &route;
  choice_ = choice;
  request_ = request;
  max_sent_ = std::max<size_t>(kReplayBytes, worker_.config().replay_bytes);
  route.Hold(choice);
  const Nanos now = worker_.loop().Now();
  route.service()->retry_budget.Deposit(now);
  choice.target->client->requeue_budget().Deposit(now);
}

void Attempts::Send(bool ended) {
  ended_ = ended;
  BeginAttempt(/*fresh=*/false);
}

void Attempts::BeginAttempt(bool fresh) {
  Client& client = *choice_.target->client;
  started_ = worker_.loop().Now();
  begun_ = counted_ = true;
  client.stats().requests.OnRequest();
  choice_.target->Stats().OnRequest();
  choice_.pool->OnBegin(started_);
  if (client.config().attempt_timeout > Millis(0)) [[unlikely]]
    timer_.Start(client.config().attempt_timeout);
  Connect(fresh);
}

void Attempts::Connect(bool fresh) {
  connection_ = choice_.pool->Acquire(fresh);
  if (connection_ == nullptr) [[unlikely]] {
    if (!choice_.pool->Await(*this)) {
      Fail(AttemptFailure::kShed, absl::ResourceExhaustedError(absl::StrCat(
                                      "all connections to ", Address(), " for ", route_->name(),
                                      " are in use, and others wait for one (hostConnectionPool)")));
    }
    return;
  }
  connection_->Begin(*this, request_.traits.method == Method::kHead, request_.tunnel);
  connection_->Write(sent_);
  if (ended_) connection_->EndRequest();
}

void Attempts::OnPoolReady() {
  exchange_.OnProgress();
  Connect(/*fresh=*/false);
  if (connection_ != nullptr && connection_->connected()) OnRequestDrained();
}

bool Attempts::TakesBody(size_t size) {
  // A body that would be lost with a connect that fails is not read from its sender.
  const bool full = connection_ == nullptr || connection_->buffered() > kHighWater ||
                    (!connection_->connected() && size > room());
  if (full) blocked_ = true;
  return !full;
}

void Attempts::WriteBody(absl::string_view part, bool ended) {
  if (replayable_ && responded_ == Nanos(0) && part.size() <= room()) {
    sent_.append(part.data(), part.size());
  } else {
    replayable_ = false;
  }
  connection_->Write(part);
  ended_ = ended;
  if (ended) connection_->EndRequest();
}

void Attempts::OnRequestDrained() {
  exchange_.OnRequestDrained();
  if (!blocked_) return;
  blocked_ = false;
  exchange_.OnBodyWanted();
}

void Attempts::PauseResponse() {
  if (paused_) return;
  paused_ = true;
  connection_->PauseReading();
}

void Attempts::ResumeResponse() {
  if (!paused_) return;
  paused_ = false;
  connection_->ResumeReading();
}

void Attempts::OnInterim(absl::string_view bytes, const Head& head) { exchange_.OnInterim(bytes, head); }

void Attempts::OnResponse(const Response& response) {
  responded_ = worker_.loop().Now();
  timer_.Cancel();
  const ResponseClass result =
      ClassifyResponse(route_->service()->config.classifier, request_.traits, response.head, response.bytes);
  if (result == ResponseClass::kRetryableFailure) [[unlikely]] {
    // A response whose body has yet to come takes its connection along.
    if (Retry(response.head.status, FailureName::kResponse)) return;
  }
  exchange_.OnResponse(response, result);
}

void Attempts::OnResponseBody(absl::string_view body, bool complete) {
  exchange_.OnResponseBody(body, complete);
}

void Attempts::OnTunnelEof() { exchange_.OnTunnelEof(); }

void Attempts::OnFailure(Failure failure, const absl::Status& error) {
  if (responded_ != Nanos(0)) {
    exchange_.OnResponseBroken();
    return;
  }
  Fail(FailureOf(failure), error);
}

void Attempts::Fail(AttemptFailure failure, const absl::Status& error) {
  absl::Status kept = error;  // it may live in what is given back now
  if (failure == AttemptFailure::kConnect) {
    kept = absl::UnavailableError(absl::StrCat("Unable to establish connection to ", Address(), " for ",
                                               route_->name(), " (", choice_.target->client->id(),
                                               "): ", error.message()));
  }
  if (MayRequeue(failure) && Requeue(failure)) return;
  const ResponseClass result =
      ClassifyFailure(route_->service()->config.classifier, request_.traits, failure);
  const FailureName name = NameOf(failure);
  if (result == ResponseClass::kRetryableFailure && Retry(0, name)) return;
  EndAttempt(0, false, name);
  exchange_.Fail(kept, name);
}

bool Attempts::MayRequeue(AttemptFailure failure) const {
  switch (failure) {
    case AttemptFailure::kConnect:
    case AttemptFailure::kShed:
      return true;
    case AttemptFailure::kClosed:
      // Something may have been done for it: only what may be done twice, and only before any answer.
      return !connection_->response_begun() && IsIdempotent(request_.traits.method) && replays_ < kMaxReplays;
    case AttemptFailure::kMalformed:
    case AttemptFailure::kTimeout:
      return false;
  }
  return false;
}

bool Attempts::Requeue(AttemptFailure failure) {
  Client& client = *choice_.target->client;
  RequeueStats& stats = client.stats().retries;
  if (!replayable_) {
    stats.cannot_retry.Increment();
    return false;
  }
  if (requeues_ >= kMaxRequeues) {
    stats.request_limit.Increment();
    return false;
  }
  EndpointPool* pool = ChooseAgain();
  // To be shed again would only use up the budget.
  if (pool == nullptr || (failure == AttemptFailure::kShed && !pool->has_room())) {
    stats.not_open.Increment();
    return false;
  }
  if (!client.requeue_budget().TryWithdraw(worker_.loop().Now())) {
    stats.budget_exhausted.Increment();
    return false;
  }
  stats.requeues.Increment();
  ++requeues_;
  const bool closed = failure == AttemptFailure::kClosed;
  if (closed) ++replays_;
  EndAttempt(0, false, NameOf(failure));
  choice_.pool = pool;
  BeginAttempt(/*fresh=*/closed);
  // On a connection that was there already everything may have left at once: nothing else would say so.
  if (connection_ != nullptr && connection_->buffered() == 0 && connection_->connected()) OnRequestDrained();
  return true;
}

bool Attempts::Retry(int status, FailureName name) {
  if (!replayable_ || !ended_ || retries_ >= kMaxRetries || exchange_.RequesterMayBeGone()) return false;
  Service& service = *route_->service();
  const Nanos now = worker_.loop().Now();
  const Nanos wait = backoff_.Next(service.config.retry_backoff, worker_.random());
  if (now + wait >= request_.ends_at) return false;
  if (choice_.target->client->size() == 0 && !route_->HasEndpoints()) return false;
  if (!service.retry_budget.TryWithdraw(now)) {
    service.retries.budget_exhausted.Increment();
    return false;
  }
  service.retries.total.Increment();
  ++retries_;
  EndAttempt(status, false, name);
  if (wait > Nanos(0)) {
    timer_.Start(wait);
  } else {
    TryAgain();
  }
  return true;
}

void Attempts::TryAgain() {
  Route::Choice next;
  const Nanos now = worker_.loop().Now();
  // As Linkerd's retries, which are above the name tree: the name is drawn again, and as it leads by now.
  const bool ready = route_->Choose(now, worker_.random(), request_.pin, &next) == Route::Outcome::kReady;
  if (!ready || next.target == choice_.target || !MoveTo(next)) choice_.pool = ChooseAgain();
  if (choice_.pool != nullptr) {
    BeginAttempt(/*fresh=*/false);
    return;
  }
  exchange_.Fail(
      absl::NotFoundError(absl::StrCat("no hosts are available for another attempt at ", route_->name(), ": ",
                                       choice_.target->client->id(), " has lost its last endpoint")),
      FailureName::kNowhere);
}

bool Attempts::MoveTo(const Route::Choice& next) {
  const RouteTarget& from = *choice_.target;
  const RouteTarget& to = *next.target;
  // What else a head owes to its client is the same for both, but for clients of different configuration.
  if (from.has_residual != to.has_residual || from.client->authority() != to.client->authority() ||
      from.client->config().forward_client_cert != to.client->config().forward_client_cert) {
    return false;
  }
  // Nothing received can be this line: a request's own l5d-dst-client is not passed on.
  const size_t at = sent_.find(absl::StrCat("\r\n", from.head_fields));
  if (at == std::string::npos) return false;
  sent_.replace(at + 2, from.head_fields.size(), to.head_fields);
  route_->Hold(next);
  route_->Release(choice_);
  choice_ = next;
  to.client->requeue_budget().Deposit(worker_.loop().Now());
  return true;
}

void Attempts::OnTimer() {
  if (begun_) {
    Fail(AttemptFailure::kTimeout,
         absl::DeadlineExceededError(absl::StrCat(
             "no response from ", Address(), " for ", route_->name(), " within ",
             choice_.target->client->config().attempt_timeout.count(), " ms (requestAttemptTimeoutMs)")));
    return;
  }
  TryAgain();
}

EndpointPool* Attempts::ChooseAgain() const {
  const Nanos now = worker_.loop().Now();
  EndpointPool* pool = nullptr;
  for (int i = 0; i < kDraws; ++i) {
    pool = Route::ChooseAgain(*choice_.target, now);
    if (pool != choice_.pool) break;
  }
  return pool;
}

void Attempts::Count(int status, bool success, FailureName name) {
  if (!counted_) return;
  counted_ = false;
  const Latency took(worker_.loop().Now() - started_);
  for (RequestStats* stats : {&choice_.target->client->stats().requests, &choice_.target->Stats()}) {
    stats->OnDone(status, success, took, name);
  }
}

void Attempts::EndAttempt(int status, bool success, FailureName name) {
  if (!begun_) return;
  Count(status, success, name);
  const Nanos now = worker_.loop().Now();
  const Nanos latency = (responded_ != Nanos(0) ? responded_ : now) - started_;
  GiveBack();
  if (name == FailureName::kShed) [[unlikely]] {
    choice_.pool->OnAbandoned(now, latency);  // it is busy, not broken
    return;
  }
  choice_.pool->OnEnd(success, now, latency);
}

void Attempts::GiveBack() {
  begun_ = paused_ = false;
  responded_ = Nanos(0);
  timer_.Cancel();
  if (waiting()) choice_.pool->StopAwaiting(*this);
  if (connection_ != nullptr) choice_.pool->Release(std::move(connection_));
}

void Attempts::End(int status, bool success, FailureName name) {
  if (route_ == nullptr) return;
  EndAttempt(status, success, name);
  route_->service()->retries.per_request.Record(retries_);
  choice_.target->client->stats().retries.requeues_per_request.Record(requeues_);
  Clear();
}

void Attempts::Abandon() {
  if (route_ == nullptr) return;
  if (begun_) {
    if (counted_) {
      choice_.target->client->stats().requests.OnGone();
      choice_.target->Stats().OnGone();
    }
    const Nanos now = worker_.loop().Now();
    GiveBack();
    choice_.pool->OnAbandoned(now, now - started_);
  }
  Clear();
}

void Attempts::Clear() {
  timer_.Cancel();
  route_->Release(choice_);
  route_ = nullptr;
  choice_ = Route::Choice();
  request_ = Request();
  backoff_.Reset();
  requeues_ = replays_ = retries_ = 0;
  ended_ = blocked_ = counted_ = false;
  replayable_ = true;
  Recycle(&sent_);
}

}  // namespace heddle
