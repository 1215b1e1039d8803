#include "proxy/classify/classifier.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/codec/h1/head_parser.h"

namespace heddle {
namespace {

constexpr auto kSuccess = ResponseClass::kSuccess;
constexpr auto kFailure = ResponseClass::kFailure;
constexpr auto kRetryable = ResponseClass::kRetryableFailure;

const std::vector<ClassifierKind> kKinds = {ClassifierKind::kNonRetryable5xx,
                                            ClassifierKind::kRetryableRead5xx,
                                            ClassifierKind::kRetryableIdempotent5xx,
                                            ClassifierKind::kRetryableAll5xx, ClassifierKind::kAllSuccessful};
const std::vector<Method> kMethods = {Method::kOther,   Method::kGet,    Method::kHead,    Method::kPost,
                                      Method::kPut,     Method::kDelete, Method::kOptions, Method::kTrace,
                                      Method::kConnect, Method::kPatch};

// A response as the parser hands it over: one of each line of `fields`.
struct Response {
  explicit Response(int status, const std::vector<std::string>& fields = {})
      : bytes(absl::StrCat("HTTP/1.1 ", status, " x\r\n")) {
    for (const std::string& field : fields) absl::StrAppend(&bytes, field, "\r\n");
    bytes += "\r\n";
    REQUIRE(parser.Parse(bytes) == h1::Progress::kDone);
  }
  ResponseClass Classify(ClassifierKind kind, RequestTraits request) const {
    return ClassifyResponse(kind, request, parser.head(), bytes);
  }

  std::string bytes;
  h1::ResponseParser parser;
};

TEST_CASE("below 500 every kind says success, of every method") {
  for (const ClassifierKind kind : kKinds) {
    for (const Method method : kMethods) {
      for (const int status : {100, 200, 204, 304, 400, 404, 429, 499}) {
        CHECK(Response(status).Classify(kind, {method, true}) == kSuccess);
        CHECK(Response(status).Classify(kind, {method, false}) == kSuccess);
      }
    }
  }
}

TEST_CASE("a server's error may be retried by the methods that the kind names") {
  const std::vector<std::pair<ClassifierKind, std::vector<Method>>> table = {
      {ClassifierKind::kNonRetryable5xx, {}},
      {ClassifierKind::kRetryableRead5xx, {Method::kGet, Method::kHead, Method::kOptions, Method::kTrace}},
      {ClassifierKind::kRetryableIdempotent5xx,
       {Method::kGet, Method::kHead, Method::kOptions, Method::kTrace, Method::kPut, Method::kDelete}},
      {ClassifierKind::kRetryableAll5xx,
       {Method::kGet, Method::kHead, Method::kOptions, Method::kTrace, Method::kPut, Method::kDelete,
        Method::kPost, Method::kPatch}},
  };
  for (const auto& [kind, retried] : table) {
    for (const Method method : kMethods) {
      const bool named = std::find(retried.begin(), retried.end(), method) != retried.end();
      for (const int status : {500, 502, 503, 504, 599, 600, 999}) {
        INFO("kind " << static_cast<int>(kind) << " method " << static_cast<int>(method));
        CHECK(Response(status).Classify(kind, {method, false}) == (named ? kRetryable : kFailure));
        CHECK(Response(status).Classify(kind, {method, true}) == kFailure);
      }
    }
  }
}

TEST_CASE("allSuccessful: any response is a success, none is a failure") {
  CHECK(Response(500).Classify(ClassifierKind::kAllSuccessful, {Method::kGet, false}) == kSuccess);
  CHECK(Response(503, {"l5d-retryable: true"}).Classify(ClassifierKind::kAllSuccessful, {}) == kSuccess);
  CHECK(ClassifyFailure(ClassifierKind::kAllSuccessful, {Method::kGet}, AttemptFailure::kTimeout) ==
        kFailure);
}

TEST_CASE("l5d-retryable: true makes a failure retryable, whatever the kind and the method") {
  const auto classify = [](int status, const char* field, bool chunked = false) {
    return Response(status, {field}).Classify(ClassifierKind::kNonRetryable5xx, {Method::kPost, chunked});
  };
  CHECK(classify(500, "l5d-retryable: true") == kRetryable);
  CHECK(classify(500, "L5D-Retryable: TRUE") == kRetryable);
  CHECK(classify(500, "l5d-retryable: true", true) == kFailure);
  CHECK(classify(200, "l5d-retryable: true") == kSuccess);
  for (const char* other :
       {"l5d-retryable: false", "l5d-retryable: 1", "l5d-retryable:", "x-retryable: true"}) {
    CHECK(classify(500, other) == kFailure);
  }
}

TEST_CASE("a nack is retryable, of a request that can be sent again") {
  for (const ClassifierKind kind : kKinds) {
    const auto classify = [&](int status, const char* field, bool chunked = false) {
      return Response(status, {"server: x", field}).Classify(kind, {Method::kPost, chunked});
    };
    const ResponseClass otherwise = Response(503).Classify(kind, {Method::kPost, false});
    for (const char* nack : {"finagle-http-nack: 1", "Finagle-Http-Nack:", "Retry-After: 0"}) {
      CHECK(classify(503, nack) == kRetryable);
      CHECK(classify(503, nack, true) == kFailure);
      CHECK(classify(500, nack) == otherwise);
    }
    CHECK(classify(503, "retry-after: 1") == otherwise);
    CHECK(classify(503, "retry-after: 00") == otherwise);
    CHECK(classify(503, "finagle-http-nonretryable-nack: 1") == kFailure);
  }
}

TEST_CASE("an attempt without a response may be retried by method, but for one that found no room") {
  for (const AttemptFailure failure : {AttemptFailure::kConnect, AttemptFailure::kClosed,
                                       AttemptFailure::kMalformed, AttemptFailure::kTimeout}) {
    const auto classify = [&](ClassifierKind kind, Method method, bool chunked = false) {
      return ClassifyFailure(kind, {method, chunked}, failure);
    };
    CHECK(classify(ClassifierKind::kRetryableRead5xx, Method::kGet) == kRetryable);
    CHECK(classify(ClassifierKind::kRetryableRead5xx, Method::kPut) == kFailure);
    CHECK(classify(ClassifierKind::kRetryableIdempotent5xx, Method::kPut) == kRetryable);
    CHECK(classify(ClassifierKind::kRetryableIdempotent5xx, Method::kPut, true) == kFailure);
    CHECK(classify(ClassifierKind::kRetryableAll5xx, Method::kPost) == kRetryable);
    CHECK(classify(ClassifierKind::kRetryableAll5xx, Method::kConnect) == kFailure);
    CHECK(classify(ClassifierKind::kNonRetryable5xx, Method::kGet) == kFailure);
  }
  CHECK(ClassifyFailure(ClassifierKind::kRetryableAll5xx, {Method::kGet}, AttemptFailure::kShed) == kFailure);
}

}  // namespace
}  // namespace heddle
