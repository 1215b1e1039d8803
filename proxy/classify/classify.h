// Response -> success or failure, by its status alone.
#ifndef HEDDLE_PROXY_CLASSIFY_CLASSIFY_H_
#define HEDDLE_PROXY_CLASSIFY_CLASSIFY_H_

namespace heddle {

// kind: io.l5d.http.nonRetryable5XX, the default.
// Source: com.twitter.finagle.http.service.HttpResponseClassifier.ServerErrorsAsFailures.
constexpr bool IsSuccess(int status) { return status < 500; }

}  // namespace heddle

#endif  // HEDDLE_PROXY_CLASSIFY_CLASSIFY_H_
