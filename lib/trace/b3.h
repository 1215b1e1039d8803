// Zipkin's propagation: the headers X-B3-TraceId, X-B3-SpanId, X-B3-ParentSpanId, X-B3-Sampled and
// X-B3-Flags. Source: github.com/openzipkin/b3-propagation, io.buoyant.linkerd.protocol
// ZipkinTracePropagator.
#ifndef HEDDLE_LIB_TRACE_B3_H_
#define HEDDLE_LIB_TRACE_B3_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/head.h"
#include "lib/trace/trace_context.h"

namespace heddle {

// nullopt if there is no span. Of ids longer than 64 bits the lower half is taken, as Linkerd does; a trace
// or a parent that is missing is the parent, or the span.
std::optional<TraceContext> ReadB3(absl::string_view bytes, const Head& head);

// The five header lines. B3 cannot say "undecided" where Linkerd wrote a 0: so does this.
void AppendB3Fields(const TraceContext& trace, std::string* out);

}  // namespace heddle

#endif  // HEDDLE_LIB_TRACE_B3_H_
