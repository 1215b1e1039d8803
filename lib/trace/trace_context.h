// The ids of a request's place in a call graph, as they travel in l5d-ctx-trace and l5d-reqid (and in
// Zipkin's B3 headers, where a router is told to use those). Source: com.twitter.finagle.tracing.TraceId,
// io.buoyant.linkerd.protocol.http LinkerdHeaders.Ctx.Trace.
#ifndef HEDDLE_LIB_TRACE_TRACE_CONTEXT_H_
#define HEDDLE_LIB_TRACE_TRACE_CONTEXT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/random.h"

namespace heddle {

// A value. Nothing here allocates but appending to a string.
struct TraceContext {
  uint64_t span = 0;
  uint64_t parent = 0;
  uint64_t trace = 0;
  uint64_t trace_high = 0;  // of a trace id of 128 bits
  bool has_trace_high = false;
  uint64_t flags = 0;  // as on the wire: 1 debug, 2 sampling known, 4 sampled

  // nullopt: undecided.
  std::optional<bool> sampled() const;
  void set_sampled(bool sampled);
};

// The value of l5d-ctx-trace: base64 of 32 or 40 bytes; nullopt if it is not that.
std::optional<TraceContext> DecodeTrace(absl::string_view value);
void AppendTrace(const TraceContext& trace, std::string* out);
// The value of l5d-reqid: 16 hexadecimal digits.
void AppendRequestId(const TraceContext& trace, std::string* out);

// A new trace, which begins here.
TraceContext NewTrace(Random& random);
// The next span of `parent`'s trace.
TraceContext NewSpan(const TraceContext& parent, Random& random);

// The value of l5d-sample or l5d-ctx-sample: a rate from 0 to 1; nullopt if it is not one.
std::optional<double> ParseSampleRate(absl::string_view value);

}  // namespace heddle

#endif  // HEDDLE_LIB_TRACE_TRACE_CONTEXT_H_
