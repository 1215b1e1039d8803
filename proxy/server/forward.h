// Heads as they are passed on: the received bytes with edits. What is edited is Linkerd's doing, vector by
// vector: hop-by-hop fields go (RFC 9110 section 7.6.1), Via grows, an absolute target becomes a path and a
// Host, and the headers of the mesh itself are read here and written anew. Source: io.buoyant.router.http
// (ProxyRewriteFilter, StripHopByHopHeadersFilter, ViaHeaderAppenderFilter, AddForwardedHeader,
// TimestampHeaderFilter, ForwardClientCertFilter), io.buoyant.linkerd.protocol.http.RewriteHostHeader.
#ifndef HEDDLE_PROXY_SERVER_FORWARD_H_
#define HEDDLE_PROXY_SERVER_FORWARD_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/random.h"
#include "lib/http/head.h"
#include "proxy/server/request_context.h"

namespace heddle {

struct RequestEdits {
  // Header lines to add: those of the name (l5d-ctx-dtab, l5d-dst-service), then those of the client.
  absl::string_view name_fields;
  absl::string_view fields;
  // `fields` has l5d-dst-residual, in place of the received one.
  bool has_residual = false;
  // Bytes of the target's path that are not passed on.
  size_t consumed = 0;
  // In place of the received Host, what the endpoint set's metadata "authority" says; "": as received.
  absl::string_view authority;
  // Upgrade is passed on, with "Connection: upgrade". Never for h2c: what is sent then is not looked at.
  bool upgrade = false;
  // x-forwarded-client-cert is passed on; by default nobody but a proxy with a certificate in hand says that.
  bool forward_client_cert = false;
  // In place of the received Max-Forwards, see diagnostic.h.
  std::optional<uint32_t> max_forwards;
  const RequestContext* context = nullptr;  // required
  const RequestOrigin* origin = nullptr;    // required
  // Of this attempt, as l5d-ctx-deadline; nullopt: the received field, if any, stays.
  std::optional<Deadline> deadline;
  Nanos wall_now{0};  // for timestampHeader; used only when the server has one
};
// Appends the head of `bytes` as the endpoint gets it. `random` is for the span and the labels.
void ForwardRequest(absl::string_view bytes, const Head& head, const RequestEdits& edits, Random& random,
                    std::string* out);

struct ResponseEdits {
  bool close = false;       // "Connection: close"
  bool keep_alive = false;  // "Connection: keep-alive", for an HTTP/1.0 client
  bool dechunk = false;     // the body is sent without its chunks
  bool chunk = false;       // the body is sent in chunks, whatever it came in
  bool upgrade = false;     // 101: Upgrade is passed on
  bool tunnel = false;      // what follows is no body: without framing, whatever came
  // The body is replaced by one of this size: with Content-Length, whatever came.
  std::optional<size_t> length;
  // The request was cleared: no l5d header is passed on, none is added. Where the response has l5d-err, its
  // body is not for the requester either: `length` is to be 0 then.
  bool cleared = false;
  // l5d-success-class to say: 1.0 or 0.0, in place of the received one; nullopt for interim responses.
  std::optional<bool> success;
  // The request was sent with `authority` in place of this Host: Location and Refresh are mapped
  // back. "": it was not.
  absl::string_view authority;
  absl::string_view host;
};
// Appends the head of `bytes` as the requester gets it.
void ForwardResponse(absl::string_view bytes, const Head& head, const ResponseEdits& edits, std::string* out);

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_FORWARD_H_
