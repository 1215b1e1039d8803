// A TRACE request's way through an exchange. See diagnostic.h.
#include <memory>
#include <utility>

#include "proxy/server/exchange.h"
#include "proxy/server/respond.h"
#include "proxy/server/server_connection.h"
#include "proxy/server/server_worker.h"

namespace heddle {

size_t Exchange::StartTrace(absl::string_view bytes) {
  const Head& head = parser_.head();
  trace_ = std::make_shared<DiagnosticTrace>();
  trace_->order = ReadTraceOrder(bytes, head, context_.cleared);
  if (trace_->order.action == TraceOrder::Action::kRefuse) {
    const size_t taken = head.size + decoder_.Skip(bytes.substr(head.size));
    Respond(400, "Invalid value for Max-Forwards header");
    return taken;
  }
  if (!trace_->order.report) return Proceed(bytes);
  if (received_.empty()) received_.assign(bytes.data(), head.size);
  trace_->key = worker_.key();
  // Nothing holds the route meanwhile: it is found again.
  worker_.routes().Explain(*std::exchange(route_, nullptr),
                           [this, weak = std::weak_ptr<DiagnosticTrace>(trace_)](auto explanation) {
                             if (weak.lock() != nullptr) OnExplained(std::move(explanation));
                           });
  return head.size;
}

void Exchange::OnExplained(absl::StatusOr<std::string> explanation) {
  const std::shared_ptr<DiagnosticTrace> trace = trace_;
  trace->explanation = std::move(explanation);
  route_ = worker_.routes().Find(trace->key);
  if (route_ == nullptr) {
    Answer(absl::ResourceExhaustedError("too many names are asked for: try again in a moment"));
    return;
  }
  Proceed(received_);
  // Unless it is over already.
  if (trace_ == trace) connection_->OnBodyWanted();
}

size_t Exchange::AnswerTrace(absl::string_view bytes, const Route::Choice& choice) {
  const size_t head_size = parser_.head().size;
  const size_t taken = head_size + decoder_.Skip(bytes.substr(head_size));
  at_service_ = true;
  route_->service()->requests.OnRequest();
  success_ = true;
  // What is left of the body would be taken for the next request.
  keep_ = keep_ && decoder_.done() && !worker_.draining();
  std::string body;
  if (trace_->order.report) body = ReportOf(choice.target->client->id(), choice.pool->address().ToString());
  std::string out;
  AppendStatusResponse(200, !keep_, keep_ && http10_, &out,
                       context_.cleared ? std::nullopt : std::optional<bool>(true), body);
  connection_->Send(out);
  Finish(200, keep_ ? After::kKeep : After::kClose);
  return taken;
}

// 204 and 304 have no body; what HTTP/1.0 gets is not in chunks.
bool Exchange::Reports() const {
  return trace_ != nullptr && trace_->order.report && !http10_ && status_ != 204 && status_ != 304;
}

std::string Exchange::ReportOf(absl::string_view client, absl::string_view endpoint) const {
  return ShowTraceReport({worker_.config().label, worker_.loop().Now() - started_, route_->name(), client,
                          endpoint, trace_->explanation});
}

}  // namespace heddle
