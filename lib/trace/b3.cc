#include "lib/trace/b3.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/http/chars.h"

namespace heddle {
namespace {

// What B3 says in X-B3-Sampled, not among the flags.
constexpr uint64_t kSampling = TraceContext::kSamplingKnown | TraceContext::kSampled;

std::optional<uint64_t> ParseId(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  if (text.size() > 16) text.remove_prefix(text.size() - 16);
  uint64_t id = 0;
  for (const char c : text) {
    const int digit = HexDigit(c);
    if (digit < 0) return std::nullopt;
    id = id << 4 | static_cast<uint64_t>(digit);
  }
  return id;
}

bool IsTrue(absl::string_view text) {
  return text == "1" || EqualsLowercase(text, "t") || EqualsLowercase(text, "true");
}

}  // namespace

std::optional<TraceContext> ReadB3(absl::string_view bytes, const Head& head) {
  const std::optional<uint64_t> span = ParseId(head.Value(bytes, HeaderId::kXB3SpanId));
  if (!span.has_value()) return std::nullopt;
  TraceContext trace;
  trace.span = *span;
  trace.parent = ParseId(head.Value(bytes, HeaderId::kXB3ParentSpanId)).value_or(trace.span);
  trace.trace = ParseId(head.Value(bytes, HeaderId::kXB3TraceId)).value_or(trace.parent);
  uint64_t flags = 0;
  if (absl::SimpleAtoi(head.Value(bytes, HeaderId::kXB3Flags), &flags)) trace.flags = flags & ~kSampling;
  if (head.Has(HeaderId::kXB3Sampled)) trace.set_sampled(IsTrue(head.Value(bytes, HeaderId::kXB3Sampled)));
  return trace;
}

void AppendB3Fields(const TraceContext& trace, std::string* out) {
  absl::StrAppend(out, "x-b3-spanid: ", absl::Hex(trace.span, absl::kZeroPad16),
                  "\r\nx-b3-traceid: ", absl::Hex(trace.trace, absl::kZeroPad16),
                  "\r\nx-b3-parentspanid: ", absl::Hex(trace.parent, absl::kZeroPad16),
                  "\r\nx-b3-sampled: ", trace.sampled().value_or(false) ? "1" : "0",
                  "\r\nx-b3-flags: ", trace.flags & ~kSampling, "\r\n");
}

}  // namespace heddle
