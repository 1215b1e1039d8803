// Heads as they are passed on: the received bytes with edits. What is edited is Linkerd's doing, vector by
// vector: hop-by-hop fields go (RFC 9110 section 7.6.1), Via grows, an absolute target becomes a path and a
// Host, and the headers of the mesh itself are read here and written anew. Source: io.buoyant.router.http
// (ProxyRewriteFilter, StripHopByHopHeadersFilter, ViaHeaderAppenderFilter).
#ifndef HEDDLE_PROXY_SERVER_FORWARD_H_
#define HEDDLE_PROXY_SERVER_FORWARD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/head.h"

namespace heddle {

struct RequestEdits {
  // Header lines to add: those of the name (l5d-ctx-dtab, l5d-dst-service), then those of the client.
  absl::string_view name_fields;
  absl::string_view fields;
  // `fields` has l5d-dst-residual, in place of the received one.
  bool has_residual = false;
  // Bytes of the target's path that are not passed on.
  size_t consumed = 0;
};
// Appends the head of `bytes` as the endpoint gets it.
void ForwardRequest(absl::string_view bytes, const Head& head, const RequestEdits& edits, std::string* out);

struct ResponseEdits {
  bool close = false;       // "Connection: close"
  bool keep_alive = false;  // "Connection: keep-alive", for an HTTP/1.0 client
  bool dechunk = false;     // the body is sent without its chunks
};
// Appends the head of `bytes` as the requester gets it.
void ForwardResponse(absl::string_view bytes, const Head& head, const ResponseEdits& edits, std::string* out);

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_FORWARD_H_
