#include "proxy/server/request_context.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/trace/b3.h"

namespace heddle {
namespace {

// "<timestamp> <deadline>", in nanoseconds; more after another space is not read.
std::optional<Deadline> ParseDeadline(absl::string_view value) {
  const size_t first = value.find(' ');
  if (first == absl::string_view::npos) return std::nullopt;
  absl::string_view second = value.substr(first + 1);
  second = second.substr(0, second.find(' '));
  int64_t timestamp = 0;
  int64_t deadline = 0;
  if (!absl::SimpleAtoi(value.substr(0, first), &timestamp) || !absl::SimpleAtoi(second, &deadline)) {
    return std::nullopt;
  }
  return Deadline{Nanos(timestamp), Nanos(deadline)};
}

// Commas in comments count too, as in Linkerd: the field is not parsed, and too many is the safe side. Empty
// entries at the end do not.
size_t ViaEntries(absl::string_view value) {
  const size_t last = value.find_last_not_of(", \t");
  if (last == absl::string_view::npos) return 0;
  value = value.substr(0, last + 1);
  return 1 + static_cast<size_t>(std::count(value.begin(), value.end(), ','));
}

absl::Status CheckCallDepth(absl::string_view bytes, const Head& head, uint32_t max) {
  size_t calls = 0;
  for (const Field* field = head.Find(HeaderId::kVia); field != head.end_fields(); ++field) {
    if (field->id == HeaderId::kVia) calls += ViaEntries(field->value.In(bytes));
  }
  if (calls <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Maximum number of calls (", max, ") has been exceeded. Please check for proxy loops."));
}

struct Received {
  std::optional<TraceContext> trace;
  std::optional<double> sample_rate;
};

Received ReadTrace(absl::string_view bytes, const Head& head, TracePropagator propagator) {
  if (propagator == TracePropagator::kZipkin) {
    return {ReadB3(bytes, head), ParseSampleRate(head.Value(bytes, HeaderId::kXB3Sampled))};
  }
  Received received;
  if (head.Has(HeaderId::kL5dCtxTrace)) {
    received.trace = DecodeTrace(head.Value(bytes, HeaderId::kL5dCtxTrace));
  }
  if (head.Has(HeaderId::kL5dSample)) {
    received.sample_rate = ParseSampleRate(head.Value(bytes, HeaderId::kL5dSample));
  }
  return received;
}

}  // namespace

std::optional<Deadline> ReadDeadline(absl::string_view bytes, const Head& head) {
  const Field* field = head.Find(HeaderId::kL5dCtxDeadline);
  if (field == nullptr) return std::nullopt;
  std::optional<Deadline> strictest;
  for (; field != head.end_fields(); ++field) {
    if (field->id != HeaderId::kL5dCtxDeadline) continue;
    const std::optional<Deadline> read = ParseDeadline(field->value.In(bytes));
    if (!read.has_value()) continue;
    if (!strictest.has_value()) strictest = read;
    strictest->timestamp = std::max(strictest->timestamp, read->timestamp);
    strictest->deadline = std::min(strictest->deadline, read->deadline);
  }
  return strictest;
}

absl::Status ReadContext(absl::string_view bytes, const Head& head, const RequestOrigin& origin,
                         Random& random, RequestContext* context) {
  if (head.Has(HeaderId::kVia)) {
    RETURN_IF_ERROR(CheckCallDepth(bytes, head, origin.server->max_call_depth));
  }
  context->cleared = origin.server->clear_context;
  if (context->cleared) {
    context->deadline.reset();
    context->trace = NewTrace(random);
    return absl::OkStatus();
  }
  context->deadline = ReadDeadline(bytes, head);
  const Received received = ReadTrace(bytes, head, origin.propagator);
  context->trace = received.trace.has_value() ? NewSpan(*received.trace, random) : NewTrace(random);
  if (received.sample_rate.has_value()) context->trace.set_sampled(random.Unit() < *received.sample_rate);
  return absl::OkStatus();
}

void ReadPin(const StickyKey& key, const RequestView& request, RequestContext* context) {
  context->pin = ReceivedPin(request);
  if (!context->pin.has_value()) context->pin = key.Pin(request);
  context->pin_travels = context->pin.has_value();
  if (!context->pin_travels) context->pin = context->trace.trace;
}

}  // namespace heddle
