// The `service` of a router.
#include "proxy/config/read_service.h"

#include "absl/strings/match.h"
#include "tests/unit/proxy_config/parsed.h"

namespace heddle {
namespace {

ServiceConfig ServiceWith(absl::string_view keys) {
  return RouterWith(absl::StrCat("service: {", keys, "}")).router.services.For(*Path::Parse("/svc/web"));
}

std::string Mistake(absl::string_view keys) { return MistakeWith(absl::StrCat("service: {", keys, "}")); }

TEST_CASE("Without keys, a service is as Linkerd's") {
  const ServiceConfig config = ServiceWith("");
  CHECK(config.total_timeout == Millis(0));
  CHECK(config.retry_budget.ttl == std::chrono::seconds(10));
  CHECK(config.retry_budget.min_retries_per_sec == 10);
  CHECK(config.retry_budget.percent_can_retry == 0.2);
  CHECK(config.retry_backoff.kind == BackoffConfig::Kind::kConstant);
  CHECK(config.retry_backoff.max == Millis(0));
  CHECK(config.classifier == ClassifierKind::kNonRetryable5xx);
}

TEST_CASE("Timeouts and retries") {
  const ServiceConfig config = ServiceWith(
      "totalTimeoutMs: 500, retries: {budget: {minRetriesPerSec: 5, percentCanRetry: 0.5, ttlSecs: 15}, "
      "backoff: "
      "{kind: jittered, minMs: 10, maxMs: 10000}}");
  CHECK(config.total_timeout == Millis(500));
  CHECK(config.retry_budget.ttl == std::chrono::seconds(15));
  CHECK(config.retry_budget.min_retries_per_sec == 5);
  CHECK(config.retry_budget.percent_can_retry == 0.5);
  CHECK(config.retry_backoff.kind == BackoffConfig::Kind::kJittered);
  CHECK(config.retry_backoff.min == Millis(10));
  CHECK(config.retry_backoff.max == Millis(10000));
  CHECK(ServiceWith("retries: {backoff: {kind: constant, ms: 30}}").retry_backoff.min == Millis(30));

  const auto backoff = [](absl::string_view keys) {
    return Mistake(absl::StrCat("retries: {backoff: {", keys, "}}"));
  };
  CHECK(backoff("minMs: 5") == "service.retries.backoff: the key 'kind' is missing; it is required here");
  CHECK(backoff("kind: jitter") ==
        "service.retries.backoff.kind: unknown kind 'jitter'; did you mean 'jittered'? Accepted: constant, "
        "jittered");
  CHECK(backoff("kind: jittered, maxMs: 6000") ==
        "service.retries.backoff: the key 'minMs' is missing; it is required here");
  CHECK(backoff("kind: jittered, minMs: 6000") ==
        "service.retries.backoff: the key 'maxMs' is missing; it is required here");
  CHECK(backoff("kind: jittered, minMs: 9, maxMs: 8") ==
        "service.retries.backoff.maxMs: must not be less than minMs");
  CHECK(backoff("kind: constant, ms: -1") ==
        "service.retries.backoff.ms: expected a whole number from 0 to 86400000, found '-1'");
  CHECK(absl::StrContains(backoff("kind: constant, minMs: 1"), "minMs: unknown key"));
  CHECK(Mistake("retries: {budget: {percentCanRetry: -0.1}}") ==
        "service.retries.budget.percentCanRetry: expected a number from 0 to 1000, found '-0.1'");
  CHECK(Mistake("retries: 3") == "service.retries: expected an object, found a value");
  CHECK(Mistake("totalTimeoutMs: 1.5") ==
        "service.totalTimeoutMs: expected a whole number from 1 to 315360000000, found '1.5'");
}

TEST_CASE("Response classifiers") {
  const auto classifier = [](absl::string_view kind) {
    return ServiceWith(absl::StrCat("responseClassifier: {kind: ", kind, "}")).classifier;
  };
  CHECK(classifier("io.l5d.http.nonRetryable5XX") == ClassifierKind::kNonRetryable5xx);
  CHECK(classifier("io.l5d.http.retryableRead5XX") == ClassifierKind::kRetryableRead5xx);
  CHECK(classifier("io.l5d.http.retryableIdempotent5XX") == ClassifierKind::kRetryableIdempotent5xx);
  CHECK(classifier("io.l5d.http.retryableAll5XX") == ClassifierKind::kRetryableAll5xx);
  CHECK(classifier("io.l5d.http.allSuccessful") == ClassifierKind::kAllSuccessful);
  const auto mistake = [](absl::string_view kind) {
    return Mistake(absl::StrCat("responseClassifier: {kind: ", kind, "}"));
  };
  CHECK(
      absl::StrContains(mistake("io.l5d.retryableRead5XX"), "did you mean 'io.l5d.http.retryableRead5XX'?"));
  CHECK(mistake("io.l5d.h2.grpc.default") ==
        "service.responseClassifier.kind: io.l5d.h2.grpc.default is for the protocol h2, which is not "
        "supported yet");
  CHECK(absl::StrContains(mistake("io.l5d.http.allSuccessful, status: 5"), "status: unknown key"));
  CHECK(Mistake("responseClassifier: {}") ==
        "service.responseClassifier: the key 'kind' is missing; it is required here");
}

TEST_CASE("Services by prefix: what an entry does not say, an earlier one that matches does") {
  const RouterEntry entry = RouterWith(R"(service:
    kind: io.l5d.static
    configs:
    - prefix: /svc
      totalTimeoutMs: 500
      retries: {budget: {ttlSecs: 20}}
    - prefix: /svc/foo
      retries: {backoff: {kind: constant, ms: 7}})");
  const auto service = [&entry](const char* path) { return entry.router.services.For(*Path::Parse(path)); };
  CHECK(service("/svc/foo").total_timeout == Millis(500));
  CHECK(service("/svc/foo").retry_backoff.min == Millis(7));
  CHECK(service("/svc/foo").retry_budget.ttl == std::chrono::seconds(20));
  CHECK(service("/svc/bar").retry_backoff.min == Millis(0));
  CHECK(service("/other").total_timeout == Millis(0));
}

}  // namespace
}  // namespace heddle
