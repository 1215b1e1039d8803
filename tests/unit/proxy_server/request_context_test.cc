// What is believed of a request's context: the recorded outcomes of tests/conformance/vectors/headers.json
// (deadline, trace_propagation, sample, call_depth, zipkin, clear_context), and what they do not say.
#include "proxy/server/request_context.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_server/heads.h"

namespace heddle {
namespace {

using testing::Forwarder;
using testing::Lines;
using testing::RequestHead;
using testing::ValuesOf;

const char kTrace[] = "ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAA=";  // 1112.. 2122.. 3132.., undecided

std::string Request(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: web\r\n" + fields + "\r\n"; }

std::optional<Deadline> DeadlineOf(const std::string& fields) {
  RequestHead request(Request(fields));
  return ReadDeadline(request.bytes, request.head());
}

Deadline Of(int64_t timestamp, int64_t deadline) { return {Nanos(timestamp), Nanos(deadline)}; }

TEST_CASE("l5d-ctx-deadline is read") {
  CHECK(DeadlineOf("l5d-ctx-deadline: 1500000000000000000 1500000005000000000\r\n") ==
        Of(1500000000000000000, 1500000005000000000));
  CHECK(DeadlineOf("l5d-ctx-deadline: 1500000001000000000 1500000010000000000\r\n"
                   "l5d-ctx-deadline: 1500000002000000000 1500000008000000000\r\n"
                   "l5d-ctx-deadline: nonsense\r\n"
                   "l5d-ctx-deadline: 1500000000000000000 1500000009000000000\r\n") ==
        Of(1500000002000000000, 1500000008000000000));
  CHECK(DeadlineOf("l5d-ctx-deadline: 1 2 3\r\n") == Of(1, 2));
  for (const char* bad : {"garbage", "1500000000000000000", "1500000000000000000  1500000001000000000", "",
                          "1 x", "99999999999999999999 1", "1;2"}) {
    INFO(bad);
    CHECK_FALSE(DeadlineOf(std::string("l5d-ctx-deadline: ") + bad + "\r\n").has_value());
  }
  CHECK_FALSE(DeadlineOf("").has_value());
}

TEST_CASE("a deadline is passed on as it is for the attempt; what cannot be read passes as it came") {
  Forwarder forward;
  CHECK(ValuesOf(forward(Request("l5d-ctx-deadline: garbage\r\n")), "l5d-ctx-deadline") == Lines{"garbage"});
  forward.edits.deadline = Of(3, 40);
  CHECK(ValuesOf(forward(Request("l5d-ctx-deadline: 1 50\r\nl5d-ctx-deadline: 2 60\r\n")),
                 "l5d-ctx-deadline") == Lines{"3 40"});
}

TEST_CASE("without a trace one begins, and both headers are sent") {
  Forwarder forward;
  const std::string out = forward(Request(""));
  const TraceContext sent = DecodeTrace(ValuesOf(out, "l5d-ctx-trace").at(0)).value();
  CHECK(sent.trace == forward.context.trace.trace);
  CHECK(sent.parent == forward.context.trace.span);
  CHECK(sent.span != sent.parent);
  CHECK_FALSE(sent.sampled().has_value());
  CHECK(ValuesOf(out, "l5d-reqid") == Lines{absl::StrCat(absl::Hex(sent.trace, absl::kZeroPad16))});
}

TEST_CASE("a trace goes on, with two new spans") {
  Forwarder forward;
  const std::string out = forward(
      Request(std::string("l5d-ctx-trace: ") + kTrace + "\r\nl5d-reqid: old\r\nl5d-ctx-trace: x\r\n"));
  REQUIRE(ValuesOf(out, "l5d-ctx-trace").size() == 1);
  const TraceContext sent = DecodeTrace(ValuesOf(out, "l5d-ctx-trace")[0]).value();
  CHECK(sent.trace == 0x3132333435363738);
  CHECK(forward.context.trace.parent == 0x1112131415161718);
  CHECK(sent.parent == forward.context.trace.span);
  CHECK(sent.span != sent.parent);
  CHECK(ValuesOf(out, "l5d-reqid") == Lines{"3132333435363738"});

  const std::string again = forward(Request("l5d-ctx-trace: %%%\r\n"));
  CHECK(ValuesOf(again, "l5d-ctx-trace").size() == 1);
  CHECK(DecodeTrace(ValuesOf(again, "l5d-ctx-trace")[0])->trace != 0x3132333435363738);
}

TEST_CASE("l5d-sample decides") {
  Forwarder forward;
  const std::string unsampled = "l5d-ctx-trace: ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAI=\r\n";
  const auto sampled = [&](const std::string& fields) {
    const std::string out = forward(Request(fields));
    CHECK(ValuesOf(out, "l5d-sample").empty());
    return DecodeTrace(ValuesOf(out, "l5d-ctx-trace").at(0))->sampled();
  };
  CHECK_FALSE(sampled("").has_value());
  CHECK(sampled("l5d-sample: 0\r\n") == false);
  CHECK(sampled("l5d-sample: 1\r\n") == true);
  CHECK(sampled(unsampled) == false);
  CHECK(sampled("l5d-sample: 1\r\n" + unsampled) == true);
  CHECK(sampled("l5d-sample: yes\r\n" + unsampled) == false);
  int yes = 0;
  for (int i = 0; i < 1000; ++i) yes += sampled("l5d-sample: 0.25\r\n").value() ? 1 : 0;
  CHECK(yes > 200);
  CHECK(yes < 300);
}

TEST_CASE("calls are counted over all lines of Via") {
  Forwarder forward;
  forward.server.max_call_depth = 2;
  const auto read = [&](const std::string& via) {
    RequestHead request(Request(via));
    return ReadContext(request.bytes, request.head(), forward.origin, forward.random, &forward.context);
  };
  const absl::Status tooMany = read("Via: hop1, hop2, hop3\r\n");
  CHECK(tooMany.code() == absl::StatusCode::kInvalidArgument);
  CHECK(tooMany.message() == "Maximum number of calls (2) has been exceeded. Please check for proxy loops.");
  CHECK(read("").ok());
  CHECK(read("Via: hop1, hop2\r\n").ok());
  CHECK(read("Via: a,b,,\r\n").ok());
  CHECK(read("Via: \r\nVia: ,\r\n").ok());
  CHECK_FALSE(read("Via: ,a,b\r\n").ok());
  CHECK_FALSE(read("Via: 1.1 a (x,y), 1.1 b\r\n").ok());
  CHECK(read("Via: a\r\nVia: b\r\n").ok());
  CHECK_FALSE(read("Via: a\r\nVia: b\r\nVia: c\r\n").ok());
}

TEST_CASE("a router that is told so speaks B3") {
  Forwarder forward;
  forward.origin.propagator = TracePropagator::kZipkin;
  const std::string ids = "x-b3-traceid: 3132333435363738\r\nX-B3-SpanId: 1112131415161718\r\n";
  const std::string out = forward(Request(ids + "l5d-ctx-trace: x\r\nl5d-sample: 1\r\nX-B3-Flags: 0\r\n"));
  CHECK(ValuesOf(out, "x-b3-traceid") == Lines{"3132333435363738"});
  CHECK(ValuesOf(out, "x-b3-spanid").size() == 1);
  CHECK(ValuesOf(out, "x-b3-sampled") == Lines{"0"});
  CHECK(ValuesOf(out, "x-b3-flags") == Lines{"0"});
  CHECK(ValuesOf(out, "X-B3-SpanId").empty());
  CHECK(ValuesOf(out, "l5d-ctx-trace").empty());
  CHECK(ValuesOf(out, "l5d-sample").empty());
  CHECK(ValuesOf(out, "l5d-reqid").empty());
  CHECK(forward.context.trace.parent == 0x1112131415161718);
  CHECK_FALSE(forward.context.trace.sampled().has_value());

  forward(Request(ids + "x-b3-sampled: true\r\n"));
  CHECK(forward.context.trace.sampled() == true);
  forward(Request(ids + "x-b3-sampled: 0\r\n"));
  CHECK(forward.context.trace.sampled() == false);
  int yes = 0;  // a rate
  for (int i = 0; i < 1000; ++i) {
    forward(Request(ids + "x-b3-sampled: 0.5\r\n"));
    yes += forward.context.trace.sampled().value() ? 1 : 0;
  }
  CHECK(yes > 400);
  CHECK(yes < 600);

  Forwarder plain;  // elsewhere B3 is not looked at
  CHECK(plain(Request(ids)).find(ids) != std::string::npos);
}

TEST_CASE("nothing of a cleared context is believed") {
  Forwarder forward;
  forward.server.clear_context = true;
  forward(
      Request(std::string("l5d-ctx-trace: ") + kTrace + "\r\nl5d-ctx-deadline: 1 2\r\nl5d-sample: 1\r\n"));
  CHECK(forward.context.cleared);
  CHECK_FALSE(forward.context.deadline.has_value());
  CHECK(forward.context.trace.trace != 0x3132333435363738);
  CHECK_FALSE(forward.context.trace.sampled().has_value());
}

}  // namespace
}  // namespace heddle
