// The recorded outcomes of tests/conformance/vectors/headers.json (err, clear_context), and what they do not
// say.
#include "proxy/server/respond.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/proxy_server/heads.h"

namespace heddle {
namespace {

using testing::Lines;
using testing::LinesOf;
using testing::ValuesOf;

struct Answer {
  explicit Answer(const ErrorResponse& response) {
    AppendErrorResponse(response, &head);
    const size_t end = head.find("\r\n\r\n");
    REQUIRE(end != std::string::npos);
    body = head.substr(end + 4);
    head.resize(end + 4);
  }
  std::string Value(const std::string& name) const {
    const Lines values = ValuesOf(head, name);
    return values.size() == 1 ? values[0] : "(" + std::to_string(values.size()) + " values)";
  }
  std::string head;
  std::string body;
};

TEST_CASE("one table of statuses") {
  CHECK(HttpStatusOf(absl::InvalidArgumentError("")) == 400);
  CHECK(HttpStatusOf(absl::UnimplementedError("")) == 501);
  CHECK(HttpStatusOf(absl::NotFoundError("")) == 502);
  CHECK(HttpStatusOf(absl::UnavailableError("")) == 502);
  CHECK(HttpStatusOf(absl::DataLossError("")) == 502);
  CHECK(HttpStatusOf(absl::InternalError("")) == 502);
  CHECK(HttpStatusOf(absl::DeadlineExceededError("")) == 503);
  CHECK(HttpStatusOf(absl::FailedPreconditionError("")) == 503);
  CHECK(HttpStatusOf(absl::ResourceExhaustedError("")) == 503);
  CHECK(HttpStatusOf(absl::CancelledError("")) == 504);
  CHECK(IsRetryable(absl::ResourceExhaustedError("")));
  CHECK_FALSE(IsRetryable(absl::UnavailableError("")));
}

TEST_CASE("an error says why in its body and in l5d-err") {
  const Answer answer({502, "a b/c:d\xC3\xA9\n"});
  CHECK(LinesOf(answer.head) == Lines{"HTTP/1.1 502 Bad Gateway", "Content-Type: text/plain",
                                      "l5d-err: a+b%2Fc%3Ad%E9%0A", "Content-Length: 10"});
  CHECK(answer.body == "a b/c:d\xC3\xA9\n");
  CHECK(Answer({400, "foo\nbar"}).Value("l5d-err") == "foo%0Abar");
  CHECK(Answer({400, "conflicting `Content-Length` headers"}).Value("l5d-err") ==
        "conflicting+%60Content-Length%60+headers");
  CHECK(Answer({400, "A-z_0.9*~"}).Value("l5d-err") == "A-z_0.9*%7E");
}

TEST_CASE("l5d-err is ISO-8859-1, whatever comes") {
  CHECK(Answer({400, "\xC2\x80\xC3\xBF"}).Value("l5d-err") == "%80%FF");
  CHECK(Answer({400, "\xE2\x82\xAC!\xF0\x9F\x98\x80"}).Value("l5d-err") == "%3F%21%3F");
  CHECK(Answer({400, "\xE9 \xC3"}).Value("l5d-err") == "%E9+%C3");  // no UTF-8: the bytes
}

TEST_CASE("bounds of an error") {
  const std::string message(9000, 'x');
  ErrorResponse response{502, message};
  response.max_err_bytes = 8192;
  CHECK(Answer(response).Value("l5d-err").size() == 8192);
  CHECK(Answer(response).body.size() == 9000);
  response.max_body_bytes = 100;
  CHECK(Answer(response).body.size() == 100);
  CHECK(Answer(response).Value("Content-Length") == "100");
  response.message = "/////";
  response.max_err_bytes = 8;
  CHECK(Answer(response).Value("l5d-err") == "%2F%2F");  // never half an escape
}

TEST_CASE("an error to HEAD has a length but no body") {
  ErrorResponse response{502, "four"};
  response.to_head = true;
  CHECK(Answer(response).Value("Content-Length") == "4");
  CHECK(Answer(response).body.empty());
}

TEST_CASE("what else an error says") {
  ErrorResponse response{503, "busy"};
  response.retryable = response.close = true;
  CHECK(Answer(response).Value("l5d-retryable") == "true");
  CHECK(Answer(response).Value("Connection") == "close");
  response.cleared = true;
  CHECK(LinesOf(Answer(response).head) == Lines{"HTTP/1.1 503 Service Unavailable",
                                                "Content-Type: text/plain", "Content-Length: 0",
                                                "Connection: close"});
  CHECK(Answer(response).body.empty());
}

TEST_CASE("an answer of the proxy's own has what a forwarded one gets") {
  std::string out;
  AppendStatusResponse(404, false, true, &out, false);
  CHECK(LinesOf(out) == Lines{"HTTP/1.1 404 Not Found", "Via: 1.1 linkerd", "Content-Length: 0",
                              "Connection: keep-alive", "l5d-success-class: 0.0"});
  out.clear();
  AppendStatusResponse(204, true, false, &out);
  CHECK(LinesOf(out) == Lines{"HTTP/1.1 204 No Content", "Via: 1.1 linkerd", "Connection: close"});
}

}  // namespace
}  // namespace heddle
