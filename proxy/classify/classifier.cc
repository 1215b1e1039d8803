#include "proxy/classify/classifier.h"

#include "lib/http/chars.h"

namespace heddle {

namespace {

// The methods that a kind tries again. RFC 9110 section 9.2 has the groups.
bool MayRetry(ClassifierKind kind, Method method) {
  switch (kind) {
    case ClassifierKind::kRetryableRead5xx:
      return IsIdempotent(method) && method != Method::kPut && method != Method::kDelete;
    case ClassifierKind::kRetryableIdempotent5xx:
      return IsIdempotent(method);
    case ClassifierKind::kRetryableAll5xx:
      return IsIdempotent(method) || method == Method::kPost || method == Method::kPatch;
    case ClassifierKind::kNonRetryable5xx:
    case ClassifierKind::kAllSuccessful:
      return false;
  }
  return false;
}

ResponseClass Failure(bool retryable, RequestTraits request) {
  return retryable && !request.chunked ? ResponseClass::kRetryableFailure : ResponseClass::kFailure;
}

enum class Nack { kNone, kRetryable, kNotRetryable };

// A server of Finagle's that refuses a request it has not begun to serve.
Nack FindNack(const Head& response, absl::string_view bytes) {
  if (response.status != 503) return Nack::kNone;
  if (response.Has(HeaderId::kFinagleHttpNack) || response.Value(bytes, HeaderId::kRetryAfter) == "0") {
    return Nack::kRetryable;
  }
  return response.Has(HeaderId::kFinagleHttpNonretryableNack) ? Nack::kNotRetryable : Nack::kNone;
}

}  // namespace

ResponseClass ClassifyErrorResponse(ClassifierKind kind, RequestTraits request, const Head& response,
                                    absl::string_view bytes) {
  switch (FindNack(response, bytes)) {
    case Nack::kRetryable:
      return Failure(true, request);
    case Nack::kNotRetryable:
      return ResponseClass::kFailure;
    case Nack::kNone:
      break;
  }
  if (kind == ClassifierKind::kAllSuccessful) return ResponseClass::kSuccess;
  return Failure(MayRetry(kind, request.method) ||
                     EqualsLowercase(response.Value(bytes, HeaderId::kL5dRetryable), "true"),
                 request);
}

ResponseClass ClassifyFailure(ClassifierKind kind, RequestTraits request, AttemptFailure failure) {
  // To try again where there is no room would only add to what waits.
  const bool by_failure = failure != AttemptFailure::kShed;
  return Failure(by_failure && MayRetry(kind, request.method), request);
}

}  // namespace heddle
