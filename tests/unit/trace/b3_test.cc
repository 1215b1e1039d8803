// The recorded values of tests/conformance/vectors/headers.json (zipkin), and what they do not say.
#include "lib/trace/b3.h"

#include <catch2/catch.hpp>
#include <string>

#include "lib/codec/h1/head_parser.h"

namespace heddle {
namespace {

std::optional<TraceContext> Read(const std::string& fields) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: web\r\n" + fields + "\r\n";
  h1::RequestParser parser;
  REQUIRE(parser.Parse(bytes) == h1::Progress::kDone);
  return ReadB3(bytes, parser.head());
}

const std::string kIds = "x-b3-traceid: 3132333435363738\r\nx-b3-spanid: 1112131415161718\r\n";

TEST_CASE("B3 is read") {
  const TraceContext all =
      Read(
          "X-B3-TraceId: 3132333435363738\r\nX-B3-SpanId: 1112131415161718\r\nX-B3-ParentSpanId: "
          "2122232425262728\r\nX-B3-Sampled: 1\r\nX-B3-Flags: 0\r\n")
          .value();
  CHECK(all.span == 0x1112131415161718);
  CHECK(all.parent == 0x2122232425262728);
  CHECK(all.trace == 0x3132333435363738);
  CHECK_FALSE(all.has_trace_high);
  CHECK(all.sampled() == true);

  const TraceContext few = Read(kIds).value();
  CHECK(few.parent == few.span);
  CHECK_FALSE(few.sampled().has_value());
  CHECK(few.flags == 0);

  const TraceContext wide =
      Read("x-b3-traceid: 41424344454647483132333435363738\r\nx-b3-spanid: a\r\n").value();
  CHECK(wide.trace == 0x3132333435363738);
  CHECK(wide.span == 10);
  CHECK(Read("x-b3-spanid: a\r\nx-b3-parentspanid: b\r\n")->trace == 11);
}

TEST_CASE("without a span there is no B3") {
  CHECK_FALSE(Read("").has_value());
  CHECK_FALSE(Read("x-b3-traceid: 3132333435363738\r\n").has_value());
  CHECK_FALSE(Read("x-b3-traceid: 3132333435363738\r\nx-b3-spanid: \r\n").has_value());
  CHECK_FALSE(Read("x-b3-spanid: 11121314151617g8\r\n").has_value());
}

TEST_CASE("the sampling of B3") {
  for (const char* yes : {"1", "t", "true", "True", "T"}) {
    CHECK(Read(kIds + "x-b3-sampled: " + yes + "\r\n")->sampled() == true);
  }
  for (const char* no : {"0", "false", "", "yes", "0.5", "d"}) {
    CHECK(Read(kIds + "x-b3-sampled: " + no + "\r\n")->sampled() == false);
  }
  const TraceContext debugged = Read(kIds + "x-b3-flags: 1\r\n").value();
  CHECK(debugged.sampled() == true);
  CHECK(debugged.flags == TraceContext::kDebug);
  CHECK(Read(kIds + "x-b3-flags: nothing\r\n")->flags == 0);
}

TEST_CASE("B3 is written") {
  TraceContext trace;
  trace.span = 0x1112131415161718;
  trace.parent = 0xb;
  trace.trace = 0x3132333435363738;
  std::string lines;
  AppendB3Fields(trace, &lines);
  CHECK(lines ==
        "x-b3-spanid: 1112131415161718\r\nx-b3-traceid: 3132333435363738\r\nx-b3-parentspanid: "
        "000000000000000b\r\nx-b3-sampled: 0\r\nx-b3-flags: 0\r\n");
  trace.set_sampled(true);
  trace.flags |= TraceContext::kDebug;
  lines.clear();
  AppendB3Fields(trace, &lines);
  CHECK(lines.find("x-b3-sampled: 1\r\nx-b3-flags: 1\r\n") != std::string::npos);
}

}  // namespace
}  // namespace heddle
