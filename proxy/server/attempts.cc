#include "proxy/server/attempts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proxy/server/exchange.h"
#include "proxy/server/recycle.h"
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

}  // namespace

void Attempts::Begin(Route& route, const Route::Choice& choice, Request request) {
  route_ = &route;
  choice_ = choice;
  request_ = request;
  route.Hold(choice);
}

size_t Attempts::room() const { return sent_.size() < kReplayBytes ? kReplayBytes - sent_.size() : 0; }

void Attempts::Send(bool ended) {
  ended_ = ended;
  Connect(/*fresh=*/false);
}

void Attempts::Connect(bool fresh) {
  ++attempts_;
  started_ = worker_.loop().Now();
  choice_.target->client->stats().requests.OnRequest();
  choice_.target->Stats().OnRequest();
  connection_ = choice_.pool->Acquire(fresh);
  connection_->Begin(*this, request_.to_head);
  connection_->Write(sent_);
  if (ended_) connection_->EndRequest();
}

bool Attempts::TakesBody(size_t size) {
  // A body that would be lost with a connect that fails is not read from its sender.
  const bool full = connection_ == nullptr || connection_->buffered() > kHighWater ||
                    (!connection_->connected() && sent_.size() + size > kReplayBytes);
  if (full) blocked_ = true;
  return !full;
}

void Attempts::WriteBody(absl::string_view part, bool ended) {
  if (replayable_ && !responded_ && sent_.size() + part.size() <= kReplayBytes) {
    sent_.append(part.data(), part.size());
  } else {
    replayable_ = false;
  }
  connection_->Write(part);
  ended_ = ended;
  if (ended) connection_->EndRequest();
}

void Attempts::OnRequestDrained() {
  exchange_.OnProgress();
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
  responded_ = true;
  exchange_.OnResponse(response);
}

void Attempts::OnResponseBody(absl::string_view body, bool complete) {
  exchange_.OnResponseBody(body, complete);
}

void Attempts::OnFailure(Failure failure, const absl::Status& error) {
  if (responded_) {
    exchange_.OnResponseBroken();
    return;
  }
  const absl::Status kept = error;  // it may live in what is released now
  if (TryAgain(failure)) return;
  if (failure != Failure::kConnect) {
    exchange_.Fail(kept);
    return;
  }
  exchange_.Fail(absl::UnavailableError(
      absl::StrCat("Unable to establish connection to ", choice_.pool->address().ToString(), " for ",
                   route_->name(), " (", choice_.target->client->id(), "): ", kept.message())));
}

bool Attempts::TryAgain(Failure failure) {
  if (!replayable_ || attempts_ >= kMaxAttempts || failure == Failure::kMalformed) return false;
  if (failure == Failure::kClosed) {
    // Something may have been done for it: only what may be done twice, and only before any answer.
    if (connection_->response_begun() || !request_.idempotent || replays_ >= kMaxReplays) return false;
    ++replays_;
  }
  EndpointPool* pool = Route::ChooseAgain(*choice_.target, worker_.loop().Now());
  if (pool == nullptr) return false;
  choice_.target->client->stats().retries.requeues.Increment();
  EndAttempt(0, false);
  choice_.pool = pool;
  Connect(/*fresh=*/failure == Failure::kClosed);
  // On a connection that was there already everything may have left at once: nothing else would say so.
  if (connection_->buffered() == 0 && connection_->connected()) OnRequestDrained();
  return true;
}

void Attempts::EndAttempt(int status, bool success) {
  if (connection_ == nullptr) return;
  const Nanos took = worker_.loop().Now() - started_;
  choice_.target->client->stats().requests.OnDone(status, success, took);
  choice_.target->Stats().OnDone(status, success, took);
  choice_.pool->Release(std::move(connection_));
}

void Attempts::End(int status, bool success) {
  if (route_ == nullptr) return;
  EndAttempt(status, success);
  route_->Release(choice_);
  Clear();
}

void Attempts::Abandon() {
  if (route_ == nullptr) return;
  if (connection_ != nullptr) {
    choice_.target->client->stats().requests.OnGone();
    choice_.target->Stats().OnGone();
    choice_.pool->Release(std::move(connection_));
  }
  route_->Release(choice_);
  Clear();
}

void Attempts::Clear() {
  route_ = nullptr;
  choice_ = Route::Choice();
  attempts_ = replays_ = 0;
  responded_ = ended_ = blocked_ = paused_ = false;
  replayable_ = true;
  Recycle(&sent_);
}

}  // namespace heddle
