// The response's side of an exchange.
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/http/chars.h"
#include "proxy/access_log/access_log.h"
#include "proxy/server/admission.h"
#include "proxy/server/exchange.h"
#include "proxy/server/forward.h"
#include "proxy/server/respond.h"
#include "proxy/server/server_connection.h"
#include "proxy/server/server_worker.h"

namespace heddle {
namespace {

// With more waiting to leave than this, its source is not read from.
constexpr size_t kHighWater = 128 << 10;

// The value of the field called `name`, of one that has no HeaderId; "" if there is none.
absl::string_view ValueOf(absl::string_view bytes, const Head& head, absl::string_view name) {
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    if (EqualsIgnoreCase(field->name.In(bytes), name)) return field->value.In(bytes);
  }
  return absl::string_view();
}

}  // namespace

void Exchange::OnInterim(absl::string_view bytes, const Head& head) {
  last_activity_ = worker_.loop().Now();
  if (http10_) return;  // RFC 9110 section 15.2
  std::string& out = worker_.scratch();
  out.clear();
  ResponseEdits edits;
  edits.cleared = context_.cleared;
  ForwardResponse(bytes, head, edits, &out);
  connection_->Send(out);
  PauseIfFull();
}

void Exchange::PauseIfFull() {
  if (connection_->buffered() > kHighWater) attempts_.PauseResponse();
}

void Exchange::OnResponseDrained() {
  last_activity_ = worker_.loop().Now();
  if (attempts_.active()) attempts_.ResumeResponse();
}

ResponseBody::Form Exchange::FormOf(const ExchangeHandler::Response& response) const {
  if (context_.cleared && response.head.Has(HeaderId::kL5dErr)) return ResponseBody::Form::kNone;
  if (Reports()) return ResponseBody::Form::kChunk;
  if (http10_) return response.head.chunked ? ResponseBody::Form::kDechunk : ResponseBody::Form::kAsIs;
  return response.framing.framing == h1::Framing::kUntilClose ? ResponseBody::Form::kChunk
                                                              : ResponseBody::Form::kAsIs;
}

void Exchange::OnResponse(const ExchangeHandler::Response& response, ResponseClass result) {
  last_activity_ = worker_.loop().Now();
  const Head& head = response.head;
  if (limit_ != Limit::kNone) [[unlikely]]
    limit_timer_.Cancel();
  status_ = head.status;
  success_ = IsSuccess(result);
  if (response.tunnel) [[unlikely]] {
    BeginTunnel(response);
    return;
  }
  body_.Start(FormOf(response), response.framing);
  if (Reports()) [[unlikely]]
    trace_->body.Start(response.framing);
  const bool until_close = http10_ && body_.form() != ResponseBody::Form::kNone &&
                           (response.framing.framing == h1::Framing::kUntilClose ||
                            response.framing.framing == h1::Framing::kChunked);
  // A request that is still on its way when its response ends would be taken for the next one.
  keep_ = keep_ && !until_close && !worker_.draining() && (decoder_.done() || !response.complete);
  ResponseEdits edits;
  edits.close = !keep_;
  edits.keep_alive = keep_ && http10_;
  edits.dechunk = body_.form() == ResponseBody::Form::kDechunk;
  edits.chunk = body_.form() == ResponseBody::Form::kChunk;
  if (body_.form() == ResponseBody::Form::kNone) edits.length = 0;
  edits.cleared = context_.cleared;
  edits.success = success_;
  if (!host_.empty()) [[unlikely]] {
    edits.authority = attempts_.authority();
    edits.host = host_;
  }
  if (head.has_content_length) response_size_ = static_cast<int64_t>(head.content_length);
  std::string& out = worker_.scratch();
  out.clear();
  ForwardResponse(response.bytes, head, edits, &out);
  AppendBody(response.body, response.complete, &out);
  connection_->Send(out);
  if (response.complete) {
    Finish(status_, keep_ && decoder_.done() ? After::kKeep : After::kClose);
  } else {
    PauseIfFull();
  }
}

void Exchange::AppendBody(absl::string_view body, bool complete, std::string* out) {
  if (!Reports()) [[likely]] {
    body_.Append(body, complete, out);
    return;
  }
  trace_->body.Append(body, out);
  if (complete) trace_->body.Finish(ReportOf(trace_->client, attempts_.Address()), out);
}

void Exchange::OnResponseBody(absl::string_view body, bool complete) {
  last_activity_ = worker_.loop().Now();
  if (body_.form() == ResponseBody::Form::kAsIs) [[likely]] {
    connection_->Send(body);
  } else {
    std::string& out = worker_.scratch();
    out.clear();
    AppendBody(body, complete, &out);
    connection_->Send(out);
  }
  if (complete) {
    Finish(status_, keep_ && decoder_.done() ? After::kKeep : After::kClose);
  } else {
    PauseIfFull();
  }
}

// The requester has the head: it is to see that the rest is missing.
void Exchange::OnResponseBroken() { Finish(0, After::kReset); }

void Exchange::BeginTunnel(const ExchangeHandler::Response& response) {
  if (!decoder_.done()) {
    status_ = 0;
    Fail(absl::DataLossError(
             absl::StrCat(attempts_.Address(), " switched protocols before it had all of the request")),
         FailureName::kMalformed);
    return;
  }
  tunnel_ = true;
  body_.Start(ResponseBody::Form::kAsIs, response.framing);
  decoder_.Start({h1::Framing::kUntilClose, 0});
  ResponseEdits edits;
  edits.upgrade = status_ == 101;
  edits.tunnel = true;
  edits.cleared = context_.cleared;
  edits.success = true;
  std::string& out = worker_.scratch();
  out.clear();
  ForwardResponse(response.bytes, response.head, edits, &out);
  out.append(response.body.data(), response.body.size());
  connection_->Send(out);
  // A tunnel's length is nobody's latency.
  Count(status_, true, FailureName::kOther);
  attempts_.Count(status_, true);
  connection_->stats().tunnels.Add(1);
  PauseIfFull();
  connection_->OnBodyWanted();
}

void Exchange::OnTunnelEof() {
  OnProgress();
  tunnel_over_ = true;
  connection_->EndSending();
  FinishTunnelIfOver();
}

// Both ends have closed, and the endpoint has what it was sent.
void Exchange::FinishTunnelIfOver() {
  if (tunnel_over_ && decoder_.done() && attempts_.buffered() == 0) Finish(status_, After::kClose);
}

void Exchange::OnTimeout() {
  if (status_ != 0) {
    Finish(0, After::kReset);
  } else if (attempts_.active() && decoder_.done()) {
    Fail(absl::DeadlineExceededError(absl::StrCat("no response from ", attempts_.Address(), " for ",
                                                  route_->name(), " within ",
                                                  worker_.config().limits.idle_timeout.count(), " ms")),
         FailureName::kTimeout);
  } else {
    keep_ = false;
    attempts_.Abandon();  // no fault of the endpoint's
    Respond(408, "the request did not arrive in time");
  }
}

void Exchange::OnLimit() {
  const std::string what = absl::StrCat("no response for ", route_ == nullptr ? "" : route_->name());
  const auto after = std::chrono::duration_cast<Millis>(worker_.loop().Now() - started_).count();
  if (limit_ == Limit::kDeadline) {
    attempts_.Abandon();  // how long to wait was the requester's choice
    Fail(absl::CancelledError(absl::StrCat(
             what, " before the deadline of the request (l5d-ctx-deadline), after ", after, " ms")),
         FailureName::kTotalTimeout);
    return;
  }
  Fail(absl::DeadlineExceededError(
           absl::StrCat(what, " within ", after, " ms (",
                        limit_ == Limit::kService ? "totalTimeoutMs" : "timeoutMs of the server", ")")),
       FailureName::kTotalTimeout);
}

void Exchange::AnswerStatus(RouteTarget& target) {
  const int status = target.status;
  if (status < 200) {
    Answer(absl::UnavailableError(absl::StrCat("the status ", status, " of ", target.client->id(),
                                               " is no answer to a request: only 200 to 599 are")));
    return;
  }
  at_service_ = true;
  route_->service()->requests.OnRequest();
  success_ = IsSuccess(status);
  for (RequestStats* stats : {&target.client->stats().requests, &target.Stats()}) {
    stats->OnRequest();
    stats->OnDone(status, success_, Nanos(0));
  }
  // What is left of the body would be taken for the next request.
  keep_ = keep_ && decoder_.done() && !worker_.draining();
  std::string& out = worker_.scratch();
  out.clear();
  AppendStatusResponse(status, !keep_, keep_ && http10_, &out,
                       context_.cleared ? std::nullopt : std::optional<bool>(success_));
  connection_->Send(out);
  Finish(status, keep_ ? After::kKeep : After::kClose);
}

void Exchange::Fail(const absl::Status& error, FailureName name) {
  attempts_.End(0, false, name);
  if (at_service_) {
    at_service_ = false;
    route_->service()->requests.OnDone(0, false, worker_.loop().Now() - started_, name);
  }
  Answer(error);
}

void Exchange::Answer(const absl::Status& error) {
  Respond(HttpStatusOf(error), error.message(), IsRetryable(error));
}

void Exchange::Respond(int status, absl::string_view message, bool retryable) {
  // Whoever sends what is malformed may also be read differently where the next request begins.
  keep_ = keep_ && status != 400 && decoder_.done() && !decoder_.error() && !worker_.draining();
  ErrorResponse response{status, message};
  response.close = !keep_;
  response.keep_alive = keep_ && http10_;
  response.to_head = to_head_;
  response.max_err_bytes = worker_.config().limits.max_head_bytes;
  response.max_body_bytes = worker_.config().max_err_response_bytes;
  response.retryable = retryable;
  response.cleared = context_.cleared;
  std::string out;  // not the scratch: the message may be a view of something there
  AppendErrorResponse(response, &out);
  connection_->Send(out);
  success_ = IsSuccess(status);
  Finish(status, keep_ ? After::kKeep : After::kClose);
}

void Exchange::Count(int status, bool success, FailureName name) {
  const Latency took(worker_.loop().Now() - started_);
  if (counted_) connection_->stats().requests.OnDone(status, success, took, name);
  if (at_service_) route_->service()->requests.OnDone(status, success, took, name);
  counted_ = at_service_ = false;
}

void Exchange::WriteLog(int status) {
  const Head& head = parser_.head();
  const std::string remote = connection_->peer().ip();
  AccessEntry entry;
  entry.host = head.Value(received_, HeaderId::kHost);
  entry.remote_host = remote;
  entry.end = worker_.loop().clock().WallNow();
  entry.method = head.method_text.In(received_);
  entry.uri = head.target.In(received_);
  entry.version = http10_ ? "HTTP/1.0" : "HTTP/1.1";
  entry.status = status;
  entry.response_bytes = response_size_;
  entry.referer = ValueOf(received_, head, "referer");
  entry.user_agent = head.Value(received_, HeaderId::kUserAgent);
  std::string& out = worker_.scratch();
  out.clear();
  AppendAccessLogLine(entry, &out);
  worker_.access_log()->Write(out);
}

void Exchange::Finish(int status, After after) {
  const bool success = status != 0 && success_;
  Count(status, success, FailureName::kClosed);
  attempts_.End(status, success, FailureName::kClosed);
  StopWaiting();
  if (tunnel_) connection_->stats().tunnels.Add(-1);
  if (worker_.access_log() != nullptr && !received_.empty()) [[unlikely]]
    WriteLog(status_ != 0 ? status_ : status);
  LeaveServer();
  ServerConnection* connection = connection_;
  Clear();
  connection->OnExchangeDone(after);
}

}  // namespace heddle
