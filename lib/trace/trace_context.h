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

// How a router reads and writes these ids: the key tracePropagator.
enum class TracePropagator : uint8_t {
  kDefault,  // io.l5d.default: l5d-ctx-trace and l5d-reqid
  kZipkin,   // io.l5d.zipkin: the x-b3 headers
};

// A value. Nothing here allocates but appending to a string.
struct TraceContext {
  uint64_t span = 0;
  uint64_t parent = 0;
  uint64_t trace = 0;
  uint64_t trace_high = 0;  // of a trace id of 128 bits
  bool has_trace_high = false;
  uint64_t flags = 0;  // as on the wire: 1 debug, 2 sampling known, 4 sampled

  static constexpr uint64_t kDebug = 1;
  static constexpr uint64_t kSamplingKnown = 2;
  static constexpr uint64_t kSampled = 4;

  // nullopt: undecided. A trace that is debugged is sampled.
  std::optional<bool> sampled() const;
  void set_sampled(bool sampled);
  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

// The value of l5d-ctx-trace: base64, with or without its padding, of 32 or 40 bytes; nullopt if it is not
// that.
std::optional<TraceContext> DecodeTrace(absl::string_view value);

// The header lines l5d-ctx-trace and l5d-reqid (the trace's id, 16 hexadecimal digits). One append: this is
// done for every request.
void AppendTraceFields(const TraceContext& trace, std::string* out);

// A new trace, which begins here: its id is that of its first span.
TraceContext NewTrace(Random& random);
// The next span of `parent`'s trace.
TraceContext NewSpan(const TraceContext& parent, Random& random);

// The value of l5d-sample: a rate, brought to between 0 and 1; nullopt if it is no decimal number. An 'f' or
// 'd' at its end is left out, as in Java.
std::optional<double> ParseSampleRate(absl::string_view value);

}  // namespace heddle

#endif  // HEDDLE_LIB_TRACE_TRACE_CONTEXT_H_
