// Response -> success, failure, or a failure that may be tried again.
//
//   response, or why there is none
//     └─ nack (503, finagle-http-nack or Retry-After: 0) ─── retryable, whatever is configured
//     └─ the configured kind ─────────────────────────────── success, failure, retryable
//     └─ l5d-retryable: true ─────────────────────────────── a failure becomes retryable
//     └─ a request whose body is streamed ────────────────── never retryable
//
// Source: io.buoyant.linkerd.protocol.http.ResponseClassifiers, io.buoyant.router.http.ClassifierFilter,
// com.twitter.finagle.http.service.HttpResponseClassifier, com.twitter.finagle.http.filter.ClientNackFilter.
#ifndef HEDDLE_PROXY_CLASSIFY_CLASSIFIER_H_
#define HEDDLE_PROXY_CLASSIFY_CLASSIFIER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "lib/http/head.h"

namespace heddle {

enum class ResponseClass : uint8_t { kSuccess, kFailure, kRetryableFailure };

constexpr bool IsSuccess(ResponseClass c) { return c == ResponseClass::kSuccess; }
// Of a status that nothing more is known of.
constexpr bool IsSuccess(int status) { return status < 500; }

// The kinds of `responseClassifier`.
enum class ClassifierKind : uint8_t {
  kNonRetryable5xx,         // io.l5d.http.nonRetryable5XX, the default
  kRetryableRead5xx,        // io.l5d.http.retryableRead5XX: GET, HEAD, OPTIONS, TRACE
  kRetryableIdempotent5xx,  // io.l5d.http.retryableIdempotent5XX: those, PUT and DELETE
  kRetryableAll5xx,         // io.l5d.http.retryableAll5XX: those, POST and PATCH
  kAllSuccessful,           // io.l5d.http.allSuccessful: every response; no response is a failure still
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

// Of the response whose head lies in `bytes`. From 500 on it is a server's error, above 599 too (RFC 9110
// section 15).
ResponseClass ClassifyErrorResponse(ClassifierKind kind, RequestTraits request, const Head& response,
                                    absl::string_view bytes);
inline ResponseClass ClassifyResponse(ClassifierKind kind, RequestTraits request, const Head& response,
                                      absl::string_view bytes) {
  return response.status < 500 ? ResponseClass::kSuccess
                               : ClassifyErrorResponse(kind, request, response, bytes);
}

// A failure to connect (and a nack) may besides be tried again at the cost of the client's requeue budget,
// whatever is configured: nothing of the request has been looked at.
ResponseClass ClassifyFailure(ClassifierKind kind, RequestTraits request, AttemptFailure failure);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CLASSIFY_CLASSIFIER_H_
