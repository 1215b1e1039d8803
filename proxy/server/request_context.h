// What travels with a request along its call graph: read once from the head it came with, written to every
// attempt. Source: io.buoyant.linkerd.protocol.http LinkerdHeaders.Ctx, com.twitter.finagle.context.Deadline.
#ifndef HEDDLE_PROXY_SERVER_REQUEST_CONTEXT_H_
#define HEDDLE_PROXY_SERVER_REQUEST_CONTEXT_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/status.h"
#include "lib/http/head.h"
#include "lib/trace/trace_context.h"
#include "proxy/identify/sticky_key.h"
#include "proxy/server/forwarded.h"
#include "proxy/server/router_config.h"

namespace heddle {

// l5d-ctx-deadline: when it was set, and when the answer is of no more use; both since the epoch.
struct Deadline {
  Nanos timestamp{0};
  Nanos deadline{0};
  friend bool operator==(const Deadline&, const Deadline&) = default;
};
// The earliest deadline and the latest timestamp of all l5d-ctx-deadline fields that can be read; nullopt if
// none can.
std::optional<Deadline> ReadDeadline(absl::string_view bytes, const Head& head);

struct RequestContext {
  // ServerConfig::clear_context: nothing below comes from the request. Whoever else reads l5d headers of the
  // request (overrides, identifiers, diagnostic traces) has to ask for this first.
  bool cleared = false;
  std::optional<Deadline> deadline;
  TraceContext trace;  // the span of this server
  // RouterConfig::sticky_key: the side of unions that the request is on; nullopt: the router has no such key.
  std::optional<uint64_t> pin;
  bool pin_travels = false;  // as l5d-ctx-sticky
};

// What the proxy knows of the connection a request came on: made once a connection.
struct RequestOrigin {
  const ServerConfig* server = nullptr;
  TracePropagator propagator = TracePropagator::kDefault;
  ForwardedLabels forwarded;  // MakeForwardedLabels(*server->forwarded, ...) if the server has that
};

// Reads what is believed of the head's context, and begins the server's span. Errors are for the requester:
// InvalidArgument (400): more Via entries than max_call_depth. Costs no system call, and no clock.
absl::Status ReadContext(absl::string_view bytes, const Head& head, const RequestOrigin& origin,
                         Random& random, RequestContext* context);

// Reads the pin: that of the requests which led to this one, so that a call graph is on one side; else that
// of the request's key; else the trace's id, which all of its call graph has as well, and which does not
// travel a second time: a request further on that has a key is pinned by that. REQUIRES: after ReadContext.
void ReadPin(const StickyKey& key, const RequestView& request, RequestContext* context);

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_REQUEST_CONTEXT_H_
