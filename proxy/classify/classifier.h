// Response -> success, failure, or a failure that may be tried again.
// Source: io.buoyant.linkerd.protocol.http.ResponseClassifiers,
// com.twitter.finagle.http.service.HttpResponseClassifier.
#ifndef HEDDLE_PROXY_CLASSIFY_CLASSIFIER_H_
#define HEDDLE_PROXY_CLASSIFY_CLASSIFIER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "lib/http/head.h"

namespace heddle {

enum class ResponseClass : uint8_t { kSuccess, kFailure, kRetryableFailure };

// The kinds of `responseClassifier`.
enum class ClassifierKind : uint8_t {
  kNonRetryable5xx,         // io.l5d.http.nonRetryable5XX, the default
  kRetryableRead5xx,        // io.l5d.http.retryableRead5XX: GET, HEAD, OPTIONS, TRACE
  kRetryableIdempotent5xx,  // io.l5d.http.retryableIdempotent5XX: those, PUT and DELETE
  kRetryableAll5xx,         // io.l5d.http.retryableAll5XX
  kAllSuccessful,           // io.l5d.http.allSuccessful
};

// What of a request its class depends on.
struct RequestTraits {
  Method method = Method::kOther;
  bool chunked = false;  // streamed: never sent again because of a response
};

// Why an attempt has no response.
enum class AttemptFailure : uint8_t {
  kConnect,    // no connection: nothing was sent
  kClosed,     // the connection broke before the response was complete
  kMalformed,  // not HTTP/1.1
  kTimeout,    // requestAttemptTimeoutMs
  kShed,       // the pool has no room: nothing was sent
};

// Of the response whose head lies in `bytes`. l5d-retryable of the response and Finagle's nacks (503 with
// finagle-http-nack, or Retry-After: 0) count as in Linkerd.
ResponseClass ClassifyResponse(ClassifierKind kind, RequestTraits request, const Head& response,
                               absl::string_view bytes);
// Of an answer of the proxy's own, with no l5d headers.
ResponseClass ClassifyStatus(ClassifierKind kind, RequestTraits request, int status);
ResponseClass ClassifyFailure(ClassifierKind kind, RequestTraits request, AttemptFailure failure);

// How the server side counts a response that says its class: l5d-success-class (a number; above 0 a success),
// else the status. Source: io.buoyant.linkerd.protocol.http HttpTraceInitializer, ServerResponseClassifier.
bool IsServerSuccess(const Head& response, absl::string_view bytes);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CLASSIFY_CLASSIFIER_H_
