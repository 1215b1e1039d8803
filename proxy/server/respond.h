// What a request that fails is answered: the one table from errors to HTTP.
// Source of the statuses and of l5d-err: io.buoyant.linkerd.protocol.http.ErrorResponder, LinkerdHeaders.Err.
#ifndef HEDDLE_PROXY_SERVER_RESPOND_H_
#define HEDDLE_PROXY_SERVER_RESPOND_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"

namespace heddle {

// InvalidArgument (the request does not say where it goes) 400; Unimplemented 501; NotFound (nobody is
// there), Unavailable (the endpoint failed), DataLoss (it does not speak HTTP), anything else 502;
// DeadlineExceeded (a timeout that is configured here), FailedPrecondition (discovery failed),
// ResourceExhausted (there is too much to do) 503; Cancelled (l5d-ctx-deadline has passed: the requester does
// not wait any more) 504.
int HttpStatusOf(const absl::Status& error);

// ResourceExhausted: the request was not begun, so that it can be sent again whatever it asks for.
inline bool IsRetryable(const absl::Status& error) { return absl::IsResourceExhausted(error); }

struct ErrorResponse {
  int status;
  absl::string_view message;  // the body, and, encoded, l5d-err; UTF-8
  bool close = false;
  bool keep_alive = false;         // says so: for an HTTP/1.0 client
  bool to_head = false;            // no body
  size_t max_err_bytes = 8 << 10;  // of l5d-err
  size_t max_body_bytes = 5120 << 10;
  bool retryable = false;  // "l5d-retryable: true"
  bool cleared = false;    // ServerConfig::clear_context: no l5d headers, and an empty body
};
// Appends the whole response to `out`.
void AppendErrorResponse(const ErrorResponse& response, std::string* out);

// An answer of the proxy's own that is no error, such as that of /$/io.buoyant.http.status/<status>: the
// fields that a forwarded response gets too, such as `success` (see ResponseEdits), and a body of text.
// Source: io.buoyant.http.status. REQUIRES: `status` is from 200 to 599; no body with 204 and 304.
void AppendStatusResponse(int status, bool close, bool keep_alive, std::string* out,
                          std::optional<bool> success = std::nullopt, absl::string_view body = {});

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_RESPOND_H_
