// What travels with a request along its call graph: read once from the head it came with, written to every
// attempt. Source: io.buoyant.linkerd.protocol.http LinkerdHeaders.Ctx, com.twitter.finagle.context.Deadline.
#ifndef HEDDLE_PROXY_SERVER_REQUEST_CONTEXT_H_
#define HEDDLE_PROXY_SERVER_REQUEST_CONTEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/http/head.h"
#include "lib/trace/trace_context.h"
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
  bool cleared = false;  // ServerConfig::clear_context: nothing below comes from the request
  std::optional<Deadline> deadline;
  TraceContext trace;  // the span of this server
};

// What the proxy knows of the connection a request came on: the views are made once a connection.
struct RequestOrigin {
  const ServerConfig* server = nullptr;
  absl::string_view router;   // its label
  absl::string_view peer_ip;  // "10.0.0.1", "::1"
  absl::string_view peer;     // "10.0.0.1:4000", "[::1]:4000"
  absl::string_view local_ip;
  absl::string_view local;
  absl::string_view connection_label;  // random, for the labeler connectionRandom
};

// Reads what is believed of the head's context, and begins the server's span. Errors are for the requester:
// InvalidArgument (400): more Via entries than max_call_depth. Costs no system call, and no clock.
absl::Status ReadContext(absl::string_view bytes, const Head& head, const RequestOrigin& origin,
                         Random& random, RequestContext* context);

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_REQUEST_CONTEXT_H_
