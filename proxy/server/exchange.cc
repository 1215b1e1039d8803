#include "proxy/server/exchange.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proxy/server/admission.h"
#include "proxy/server/forward.h"
#include "proxy/server/overrides.h"
#include "proxy/server/recycle.h"
#include "proxy/server/server_connection.h"
#include "proxy/server/server_worker.h"
#include "proxy/server/upgrade.h"

// The request's side of an exchange; exchange_response.cc has the response's.

namespace heddle {
namespace {

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
                       Answer(route_->Explain());
                     }),
      limit_timer_(worker.loop(), [this] { OnLimit(); }),
      attempts_(worker, *this) {}

Exchange::~Exchange() = default;

size_t Exchange::Start(ServerConnection& connection, absl::string_view bytes) {
  const Head& head = parser_.head();
  connection_ = &connection;
  started_ = last_activity_ = worker_.loop().Now();
  to_head_ = head.method == Method::kHead;
  http10_ = head.minor_version == 0;
  keep_ = KeepsAlive(head) && !worker_.draining() && !connection.expired(started_);
  decoder_.Start(h1::RequestFraming(head));
  counted_ = true;
  connection.stats().requests.OnRequest();
  connection.CountRequest();
  if (worker_.access_log() != nullptr) [[unlikely]]
    received_.assign(bytes.data(), head.size);
  absl::Status status = Admit(bytes);
  if (status.ok()) [[likely]]
    status = FindRoute(bytes);
  if (status.ok()) [[likely]]
    return head.method == Method::kTrace ? StartTrace(bytes) : Proceed(bytes);
  const size_t taken = head.size + decoder_.Skip(bytes.substr(head.size));
  Answer(status);
  return taken;
}

void Exchange::Refuse(ServerConnection& connection) {
  connection_ = &connection;
  started_ = last_activity_ = worker_.loop().Now();
  keep_ = false;
  context_.cleared = connection.server().clear_context;
  const h1::ParseError& error = parser_.error();
  counted_ = true;
  connection.stats().requests.OnRequest();
  Respond(error.status, error.reason);
}

absl::Status Exchange::Admit(absl::string_view bytes) {
  const Head& head = parser_.head();
  context_.cleared = connection_->server().clear_context;
  if (Admission* admission = connection_->admission(); admission != nullptr) [[unlikely]] {
    admitted_ = admission->Enter();
    if (!admitted_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("as many requests are under way as there may be (maxConcurrentRequests: ",
                       connection_->server().max_concurrent_requests, ")"));
    }
  }
  if (head.method == Method::kConnect || head.Has(HeaderId::kUpgrade)) [[unlikely]] {
    RETURN_IF_ERROR(CheckTunnel(bytes));
  }
  RETURN_IF_ERROR(ReadContext(bytes, head, connection_->origin(), worker_.random(), &context_));
  if (context_.deadline || connection_->server().request_timeout > Millis(0)) [[unlikely]]
    return LimitTime();
  return absl::OkStatus();
}

absl::Status Exchange::CheckTunnel(absl::string_view bytes) {
  const Head& head = parser_.head();
  if (head.method != Method::kConnect) {
    if (AsksForUpgrade(bytes, head)) asks_ = Attempts::Tunnel::kUpgrade;
    return absl::OkStatus();
  }
  // What follows may be meant for the tunnel: it is not to be taken for requests if there is none.
  keep_ = false;
  if (!connection_->server().allow_connect) {
    return absl::UnimplementedError("CONNECT is not served here: send the request itself");
  }
  if (!decoder_.done()) return absl::InvalidArgumentError("CONNECT has no body");
  asks_ = Attempts::Tunnel::kConnect;
  return absl::OkStatus();
}

absl::Status Exchange::LimitTime() {
  const Millis timeout = connection_->server().request_timeout;
  if (timeout > Millis(0)) EndBy(started_ + timeout, Limit::kServer);
  if (!context_.deadline) return absl::OkStatus();
  const Nanos left = context_.deadline->deadline - worker_.loop().clock().WallNow();
  if (left <= Nanos(0)) {
    return absl::CancelledError(absl::StrCat("the deadline of the request (l5d-ctx-deadline) passed ",
                                             std::chrono::duration_cast<Millis>(-left).count(),
                                             " ms before it came"));
  }
  // A deadline further away than a day is none; the sum would not be.
  if (left < std::chrono::hours(24)) EndBy(started_ + left, Limit::kDeadline);
  return absl::OkStatus();
}

void Exchange::EndBy(Nanos at, Limit why) {
  if (why != Limit::kDeadline) own_ends_at_ = std::min(own_ends_at_, at);
  if (at >= ends_at_) return;
  ends_at_ = at;
  limit_ = why;
  limit_timer_.Start(at - worker_.loop().Now());
}

absl::Status Exchange::FindRoute(absl::string_view bytes) {
  const Head& head = parser_.head();
  const Identifier& identifier = worker_.identifier();
  const RequestView view = MakeRequestView(bytes, head, context_.cleared);
  std::string& key = worker_.key();
  key.clear();
  absl::string_view reason;
  if (!identifier.AppendKey(view, &key, &reason)) {
    return absl::InvalidArgumentError(absl::StrCat("Unknown destination: Request(\"", view.method, " ",
                                                   view.target, "\", from ", connection_->peer().ToString(),
                                                   ") / ", reason));
  }
  consumed_ = identifier.Consumed(view, key);
  if (worker_.sticky_key() != nullptr) [[unlikely]]
    ReadPin(*worker_.sticky_key(), view, &context_);
  if (connection_->server().override_keys.has_value()) [[unlikely]]
    return FindGuardedRoute(bytes);
  const size_t name_size = key.size();
  const bool overrides = !context_.cleared && HasOverrides(head);
  if (overrides) AppendOverridesKey(bytes, head, &key);
  route_ = worker_.routes().Find(key);
  if (route_ != nullptr) return absl::OkStatus();

  Dtab local;
  if (overrides) {
    ASSIGN_OR_RETURN(local, ParseOverrides(bytes, head));
  }
  return AddRoute(name_size, local);
}

absl::Status Exchange::AddRoute(size_t name_size, const Dtab& local) {
  const absl::string_view key = worker_.key();
  ASSIGN_OR_RETURN(const Path name, worker_.identifier().Name(key.substr(0, name_size)));
  ASSIGN_OR_RETURN(route_, worker_.routes().Add(key, name, local));
  return absl::OkStatus();
}

// `bytes` begin with the head.
size_t Exchange::Proceed(absl::string_view bytes) {
  const size_t head_size = parser_.head().size;
  Route::Choice choice;
  const Route::Outcome outcome =
      route_->Choose(worker_.loop().Now(), worker_.random(), context_.pin, &choice);
  if (outcome == Route::Outcome::kReady) [[likely]]
    return Dispatch(bytes, choice);
  if (outcome == Route::Outcome::kPending) {
    WaitForRoute(bytes);
    return head_size;
  }
  const size_t taken = head_size + decoder_.Skip(bytes.substr(head_size));
  if (outcome == Route::Outcome::kStatus) {
    AnswerStatus(*choice.target);
  } else {
    Answer(route_->Explain());
  }
  return taken;
}

void Exchange::WaitForRoute(absl::string_view bytes) {
  const absl::Status status = worker_.routes().Wait(*route_, *this);
  if (!status.ok()) {
    Answer(status);
    return;
  }
  waiting_ = true;
  if (binding_timer_.running()) return;
  if (received_.empty()) received_.assign(bytes.data(), parser_.head().size);
  binding_timer_.Start(worker_.config().route.binding_timeout);
}

void Exchange::OnRouteChanged() {
  waiting_ = false;
  ServerConnection* connection = connection_;
  Route::Choice choice;
  switch (route_->Choose(worker_.loop().Now(), worker_.random(), context_.pin, &choice)) {
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
      Answer(route_->Explain());
      return;
  }
}

void Exchange::StopWaiting() {
  if (waiting_) worker_.routes().StopWaiting(*route_, *this);
  waiting_ = false;
  binding_timer_.Cancel();
}

size_t Exchange::Dispatch(absl::string_view bytes, const Route::Choice& choice) {
  const Head& head = parser_.head();
  if (trace_ != nullptr) [[unlikely]] {
    if (trace_->order.action == TraceOrder::Action::kAnswer) return AnswerTrace(bytes, choice);
    trace_->client = choice.target->client->id();
  }
  Service& service = *route_->service();
  at_service_ = true;
  service.requests.OnRequest();
  if (service.config.total_timeout > Millis(0)) [[unlikely]]
    EndBy(worker_.loop().Now() + service.config.total_timeout, Limit::kService);
  const bool streamed = head.chunked || head.content_length > worker_.config().replay_bytes;
  attempts_.Begin(*route_, choice, {{head.method, streamed}, asks_, ends_at_, context_.pin});
  WriteHead(bytes, *choice.target);
  // Of the body only as much as can be sent again: the rest comes by TakeBody, once there is a connection.
  const absl::string_view rest = bytes.substr(head.size, attempts_.room());
  const size_t body = decoder_.Skip(rest);
  const size_t taken = head.size + body;
  if (decoder_.error()) {
    RefuseBody();
    return taken;
  }
  attempts_.out()->append(rest.data(), body);
  last_activity_ = worker_.loop().Now();
  attempts_.Send(decoder_.done());
  return taken;
}

void Exchange::WriteHead(absl::string_view bytes, const RouteTarget& target) {
  const Head& head = parser_.head();
  RequestEdits edits;
  edits.name_fields = route_->head_fields();
  edits.fields = target.head_fields;
  edits.has_residual = target.has_residual;
  edits.consumed = consumed_;
  edits.upgrade = asks_ == Attempts::Tunnel::kUpgrade;
  edits.context = &context_;
  edits.origin = &connection_->origin();
  edits.forward_client_cert = target.client->config().forward_client_cert;
  if (trace_ != nullptr) [[unlikely]]
    edits.max_forwards = trace_->order.max_forwards;
  if (const std::string& authority = target.client->authority(); !authority.empty()) [[unlikely]] {
    edits.authority = authority;
    const absl::string_view host =
        head.form == TargetForm::kAbsolute ? head.authority.In(bytes) : head.Value(bytes, HeaderId::kHost);
    host_.assign(host.data(), host.size());
  }
  if (ends_at_ != Nanos::max()) [[unlikely]]
    edits.deadline = DeadlineToPass();
  if (!connection_->server().timestamp_header.empty()) [[unlikely]]
    edits.wall_now = worker_.loop().clock().WallNow();
  ForwardRequest(bytes, head, edits, worker_.random(), attempts_.out());
}

// The earliest deadline and the latest timestamp of the request's and that of what is configured here.
// Source: com.twitter.finagle.context.Deadline.combined.
std::optional<Deadline> Exchange::DeadlineToPass() const {
  if (own_ends_at_ == Nanos::max()) return context_.deadline;
  const Nanos wall = worker_.loop().clock().WallNow();
  Deadline own{wall, wall + (own_ends_at_ - worker_.loop().Now())};
  if (context_.deadline) {
    own.timestamp = std::max(own.timestamp, context_.deadline->timestamp);
    own.deadline = std::min(own.deadline, context_.deadline->deadline);
  }
  return own;
}

size_t Exchange::TakeBody(absl::string_view bytes) {
  last_activity_ = worker_.loop().Now();
  if (!attempts_.TakesBody(bytes.size())) return 0;
  const size_t size = decoder_.Skip(bytes);
  if (decoder_.error()) {
    RefuseBody();
    return size;
  }
  attempts_.WriteBody(bytes.substr(0, size), decoder_.done());
  return size;
}

void Exchange::RefuseBody() {
  attempts_.Abandon();  // no fault of the endpoint's
  if (status_ == 0) {
    Respond(400, decoder_.error().reason);
  } else {
    Finish(0, After::kReset);
  }
}

void Exchange::OnProgress() { last_activity_ = worker_.loop().Now(); }

void Exchange::OnBodyWanted() { connection_->OnBodyWanted(); }

bool Exchange::RequesterMayBeGone() const { return connection_->ended(); }

void Exchange::OnRequestDrained() {
  OnProgress();
  if (tunnel_) FinishTunnelIfOver();
}

void Exchange::OnTunnelEnd() {
  decoder_.End();
  attempts_.EndTunnel();
  FinishTunnelIfOver();
}

void Exchange::Abandon() {
  if (connection_ == nullptr) return;  // in the middle of a head
  if (counted_) connection_->stats().requests.OnGone();
  if (tunnel_) connection_->stats().tunnels.Add(-1);
  if (at_service_) route_->service()->requests.OnGone();
  attempts_.Abandon();
  StopWaiting();
  LeaveServer();
}

void Exchange::LeaveServer() {
  limit_timer_.Cancel();
  if (admitted_) connection_->admission()->Leave();
  admitted_ = false;
}

void Exchange::Clear() {
  connection_ = nullptr;
  parser_.Reset();
  decoder_.Start({});
  route_ = nullptr;
  context_ = RequestContext();
  trace_.reset();
  ends_at_ = own_ends_at_ = Nanos::max();
  consumed_ = 0;
  response_size_ = -1;
  status_ = 0;
  limit_ = Limit::kNone;
  asks_ = Attempts::Tunnel::kNever;
  success_ = counted_ = at_service_ = false;
  to_head_ = http10_ = keep_ = tunnel_ = tunnel_over_ = false;
  Recycle(&received_);
  Recycle(&host_);
}

}  // namespace heddle
