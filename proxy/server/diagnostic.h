// Diagnostic traces: a TRACE request with "l5d-add-context: true" comes back with a report of each proxy it
// went through: which name it had there, which client that led to and by which rules. Max-Forwards (RFC 9110
// section 7.6.2) says how many proxies pass it on. Source: io.buoyant.linkerd.protocol.http.DiagnosticTracer,
// io.buoyant.linkerd.RouterContextFormatter.
//
//   requester ── TRACE, Max-Forwards: 1 ──► proxy a ── TRACE, Max-Forwards: 0 ──► proxy b
//             ◄── report of b, report of a ──      ◄────────── report of b ──
#ifndef HEDDLE_PROXY_SERVER_DIAGNOSTIC_H_
#define HEDDLE_PROXY_SERVER_DIAGNOSTIC_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "lib/codec/h1/body_decoder.h"
#include "lib/http/head.h"

namespace heddle {

struct TraceOrder {
  enum class Action : uint8_t {
    kForward,
    kAnswer,  // 200 by this proxy: Max-Forwards is 0
    kRefuse,  // 400: "Invalid value for Max-Forwards header"
  };
  Action action = Action::kForward;
  bool report = false;                   // at the end of the answer's body
  std::optional<uint32_t> max_forwards;  // to be sent on; nullopt: as received
};
// What a request orders. `cleared`: l5d-add-context is not believed. REQUIRES: its method is TRACE.
TraceOrder ReadTraceOrder(absl::string_view bytes, const Head& head, bool cleared);

// What one proxy has to say.
struct TraceReport {
  absl::string_view router;    // its label
  Nanos took{0};               // since the request came
  absl::string_view service;   // the logical name
  absl::string_view client;    // the bound name
  absl::string_view endpoint;  // that was chosen
  // Interpreter::Explain of the logical name; an error is told in place of the rules.
  absl::StatusOr<std::string> explanation;
};
std::string ShowTraceReport(const TraceReport& report);

// The body of an endpoint's answer with a report behind, in chunks. Holds back white space at the body's end,
// which is not sent before the report, up to a bound.
class ReportedBody {
 public:
  void Start(h1::BodyFraming received);
  // Appends what is sent for `body`, the next bytes received. REQUIRES: the body is well formed.
  void Append(absl::string_view body, std::string* out);
  // Appends the end.
  void Finish(absl::string_view report, std::string* out);

 private:
  void AppendText(absl::string_view text, std::string* out);

  h1::BodyDecoder decoder_{502};
  bool begun_ = false;  // something but white space has come
  std::string space_;   // held back
};

// Of a TRACE request under way.
struct DiagnosticTrace {
  TraceOrder order;
  std::string key;  // of its route
  absl::StatusOr<std::string> explanation;
  std::string client;  // the bound name that was chosen
  ReportedBody body;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_DIAGNOSTIC_H_
