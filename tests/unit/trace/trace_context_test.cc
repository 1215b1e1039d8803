// The recorded values of tests/conformance/vectors/headers.json (trace_decode, trace_encode, sample), and
// what they do not say.
#include "lib/trace/trace_context.h"

#include <catch2/catch.hpp>
#include <string>

namespace heddle {
namespace {

const char kPlain[] = "ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAA=";
const char kSampledText[] = "ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAY=";
const char kDebugText[] = "ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAc=";
const char kWide[] = "ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAABBQkNERUZHSA==";
const char kRoot[] = "ERITFBUWFxgREhMUFRYXGBESExQVFhcYAAAAAAAAAAA=";

TraceContext Ids() {
  TraceContext trace;
  trace.span = 0x1112131415161718;
  trace.parent = 0x2122232425262728;
  trace.trace = 0x3132333435363738;
  return trace;
}

TraceContext WideIds() {
  TraceContext trace = Ids();
  trace.trace_high = 0x4142434445464748;
  trace.has_trace_high = true;
  return trace;
}

std::string Lines(const TraceContext& trace) {
  std::string lines;
  AppendTraceFields(trace, &lines);
  return lines;
}

// The value of l5d-ctx-trace.
std::string Encoded(const TraceContext& trace) {
  const std::string lines = Lines(trace);
  const size_t begin = lines.find(": ") + 2;
  return lines.substr(begin, lines.find("\r\n") - begin);
}

TEST_CASE("l5d-ctx-trace is read") {
  CHECK(DecodeTrace(kPlain) == Ids());
  CHECK(DecodeTrace("ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAA") == Ids());  // without padding
  CHECK(DecodeTrace(kWide) == WideIds());
  CHECK(DecodeTrace("ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAABBQkNERUZHSA") == WideIds());

  const TraceContext root = DecodeTrace(kRoot).value();
  CHECK(root.span == root.parent);
  CHECK(root.span == root.trace);

  CHECK_FALSE(DecodeTrace(kPlain)->sampled().has_value());
  CHECK(DecodeTrace(kSampledText)->sampled() == true);
  CHECK(DecodeTrace("ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAI=")->sampled() == false);
  CHECK(DecodeTrace("ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAE=")->sampled() == true);  // debugged
  const TraceContext odd = DecodeTrace("ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAQ=").value();
  CHECK_FALSE(odd.sampled().has_value());
  CHECK(odd.flags == 4);
}

TEST_CASE("what is no trace is not read") {
  CHECK_FALSE(DecodeTrace("").has_value());
  CHECK_FALSE(DecodeTrace("%%%").has_value());
  CHECK_FALSE(DecodeTrace("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==").has_value());  // 31 bytes
  CHECK_FALSE(DecodeTrace("ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAA ").has_value());
  CHECK_FALSE(DecodeTrace("ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAA==").has_value());
  CHECK_FALSE(DecodeTrace("ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAABBQkNERUZHSA=").has_value());
  std::string text = kPlain;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    const char kept = text[i];
    for (const char bad : {'=', '-', '_', '\x80', '\n'}) {
      text[i] = bad;
      CHECK_FALSE(DecodeTrace(text).has_value());
    }
    text[i] = kept;
  }
}

TEST_CASE("l5d-ctx-trace and l5d-reqid are written") {
  CHECK(Encoded(Ids()) == kPlain);
  CHECK(Encoded(WideIds()) == kWide);
  TraceContext trace = Ids();
  trace.set_sampled(true);
  CHECK(Encoded(trace) == kSampledText);
  trace.flags |= TraceContext::kDebug;
  CHECK(Encoded(trace) == kDebugText);
  trace = Ids();
  trace.parent = trace.trace = trace.span;
  CHECK(Encoded(trace) == kRoot);

  trace.trace = 0xa;
  CHECK_THAT(Lines(trace), Catch::EndsWith("\r\nl5d-reqid: 000000000000000a\r\n"));

  std::string lines = "X: y\r\n";
  AppendTraceFields(WideIds(), &lines);  // the high half is no part of l5d-reqid
  CHECK(lines == std::string("X: y\r\nl5d-ctx-trace: ") + kWide + "\r\nl5d-reqid: 3132333435363738\r\n");
}

TEST_CASE("what is written can be read") {
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    TraceContext trace;
    trace.span = random.Next();
    trace.parent = random.Next();
    trace.trace = random.Next();
    trace.flags = random.Next();
    trace.has_trace_high = i % 2 == 0;
    if (trace.has_trace_high) trace.trace_high = random.Next();
    CHECK(DecodeTrace(Encoded(trace)) == trace);
  }
}

TEST_CASE("spans of one trace") {
  Random random(1);
  const TraceContext root = NewTrace(random);
  CHECK(root.span == root.parent);
  CHECK(root.span == root.trace);
  CHECK_FALSE(root.sampled().has_value());
  CHECK(NewTrace(random).trace != root.trace);

  TraceContext parent = WideIds();
  parent.set_sampled(false);
  const TraceContext span = NewSpan(parent, random);
  CHECK(span.parent == parent.span);
  CHECK(span.span != parent.span);
  CHECK(span.trace == parent.trace);
  CHECK(span.trace_high == parent.trace_high);
  CHECK(span.has_trace_high);
  CHECK(span.sampled() == false);

  parent.flags = TraceContext::kDebug;
  CHECK(NewSpan(parent, random).flags == 7);  // said to those who do not know of debugging
}

TEST_CASE("a sampling decision replaces the one before") {
  TraceContext trace = Ids();
  trace.set_sampled(true);
  CHECK(trace.flags == 6);
  trace.set_sampled(false);
  CHECK(trace.flags == 2);
}

TEST_CASE("l5d-sample is a rate") {
  CHECK(ParseSampleRate("0") == 0.0);
  CHECK(ParseSampleRate("1") == 1.0);
  CHECK(ParseSampleRate("0.25") == 0.25);
  CHECK(ParseSampleRate("1.5") == 1.0);
  CHECK(ParseSampleRate("-3") == 0.0);
  CHECK(ParseSampleRate("1e-1f") == Approx(0.1));
  CHECK(ParseSampleRate(".5d") == 0.5);
  CHECK(ParseSampleRate("1.") == 1.0);
  CHECK(ParseSampleRate("1e999") == 1.0);
  for (const char* bad : {"", "yes", "f", ".", "0.5ff", "NaN", "inf", "1,5", "0x1", "infinity", "-", "1 f"}) {
    INFO(bad);
    CHECK_FALSE(ParseSampleRate(bad).has_value());
  }
}

}  // namespace
}  // namespace heddle
