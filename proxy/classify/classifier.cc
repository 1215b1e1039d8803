#include "proxy/classify/classifier.h"

#include <algorithm>

#include "absl/strings/numbers.h"
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
  Nack nack = Nack::kNone;
  for (const Field* field = response.begin_fields(); field != response.end_fields(); ++field) {
    const absl::string_view name = field->name.In(bytes);
    if (EqualsLowercase(name, "finagle-http-nack")) return Nack::kRetryable;
    if (EqualsLowercase(name, "retry-after") && field->value.In(bytes) == "0") return Nack::kRetryable;
    if (EqualsLowercase(name, "finagle-http-nonretryable-nack")) nack = Nack::kNotRetryable;
  }
  return nack;
}

}  // namespace

ResponseClass ClassifyServerError(ClassifierKind kind, RequestTraits request) {
  if (kind == ClassifierKind::kAllSuccessful) return ResponseClass::kSuccess;
  return Failure(MayRetry(kind, request.method), request);
}

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
  const ResponseClass by_kind = ClassifyServerError(kind, request);
  if (by_kind != ResponseClass::kFailure) return by_kind;
  return Failure(EqualsLowercase(response.Value(bytes, HeaderId::kL5dRetryable), "true"), request);
}

ResponseClass ClassifyFailure(ClassifierKind kind, RequestTraits request, AttemptFailure failure) {
  // To try again where there is no room would only add to what waits.
  const bool by_failure = failure != AttemptFailure::kShed;
  return Failure(by_failure && MayRetry(kind, request.method), request);
}

bool IsServerSuccess(const Head& response, absl::string_view bytes) {
  if (!response.Has(HeaderId::kL5dSuccessClass)) return response.status < 500;
  double fraction = 0;
  return absl::SimpleAtod(response.Value(bytes, HeaderId::kL5dSuccessClass), &fraction) && fraction > 0;
}

}  // namespace heddle
