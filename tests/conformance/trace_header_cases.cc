// headers.json: traces. Of what is received, the trace, its flags and the spans that are new are seen in what
// is forwarded; the received span is not, so that the ids are read with lib/trace besides.
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/codec/h1/head_parser.h"
#include "lib/trace/b3.h"
#include "lib/trace/trace_context.h"
#include "tests/conformance/header_cases.h"

namespace heddle::conformance {
namespace {

constexpr const char* kTrace = "l5d-ctx-trace";

std::string Hex(uint64_t id) { return absl::StrFormat("%016x", id); }

uint64_t IdOf(const Json& hex) { return std::stoull(hex.get<std::string>(), nullptr, 16); }

TraceContext ContextOf(const Json& ids) {
  TraceContext trace;
  trace.span = IdOf(ids.at("span"));
  trace.parent = IdOf(ids.at("parent"));
  trace.trace = IdOf(ids.at("trace"));
  trace.has_trace_high = !ids.at("trace_high").is_null();
  if (trace.has_trace_high) trace.trace_high = IdOf(ids["trace_high"]);
  trace.flags = ids.at("flags");
  if (!ids.at("sampled").is_null()) trace.set_sampled(ids["sampled"]);
  return trace;
}

Json SampledOf(const TraceContext& trace) {
  const std::optional<bool> sampled = trace.sampled();
  return sampled.has_value() ? Json(*sampled) : Json(nullptr);
}

void CheckSpans(const TraceContext& trace, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const std::pair<const char*, Json> ours[] = {
      {"span", Hex(trace.span)},
      {"parent", Hex(trace.parent)},
      {"trace", Hex(trace.trace)},
      {"trace_high", trace.has_trace_high ? Json(Hex(trace.trace_high)) : Json(nullptr)},
  };
  for (const auto& [key, value] : ours) {
    if (const Json* expected = expect->Find(key)) verdict.Check(key, *expected, value);
  }
}

void CheckIds(const TraceContext& trace, Expected* expect) {
  CheckSpans(trace, expect);
  Verdict& verdict = expect->verdict();
  if (const Json* sampled = expect->Find("sampled")) verdict.Check("sampled", *sampled, SampledOf(trace));
  if (const Json* flags = expect->Find("flags")) verdict.Check("flags", *flags, trace.flags);
}

// What is forwarded in the one line that there has to be.
TraceContext ForwardedTrace(const Exchange& exchange) {
  const std::vector<std::string> lines = exchange.forwarded().Values(kTrace);
  const auto trace = lines.size() == 1 ? DecodeTrace(lines[0]) : std::nullopt;
  if (!trace.has_value())
    throw std::runtime_error(absl::StrCat(lines.size(), " lines of ", kTrace, ", or not decodable"));
  return *trace;
}

bool IsNew(uint64_t span, const std::optional<TraceContext>& received) {
  return span != 0 && (!received.has_value() || (span != received->span && span != received->parent));
}

}  // namespace

void RunTraceDecode(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const std::string value = input.at("header").at(1);
  const std::optional<TraceContext> received = DecodeTrace(value);
  const Exchange exchange = ProxyWith(Json::object()).Ask(Get({{input["header"].at(0), value}}));
  const TraceContext forwarded = ForwardedTrace(exchange);
  if (expect->Has("ignored")) {
    if (received.has_value()) verdict.Fail("decoded");
    expect->Has("header_removed");  // ForwardedTrace has seen that there is one line, and not this one
    return;
  }
  if (!received.has_value()) return verdict.Fail("not decoded");
  CheckIds(*received, expect);
  verdict.Check("forwarded trace", Hex(received->trace), Hex(forwarded.trace));
  verdict.Check("forwarded high half", Hex(received->trace_high), Hex(forwarded.trace_high));
  verdict.Check("forwarded flags", received->flags, forwarded.flags);
}

void RunTraceEncode(const Json& input, Expected* expect) {
  std::string lines;
  AppendTraceFields(ContextOf(input.at("ids")), &lines);
  const Json* header = expect->Find("header");
  if (header == nullptr) return;
  const std::string line =
      absl::StrCat(header->at(0).get<std::string>(), ": ", header->at(1).get<std::string>());
  expect->verdict().Check("header", line, lines.substr(0, lines.find("\r\n")));
}

void RunTracePropagation(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  HeaderLines lines;
  std::optional<TraceContext> received;
  if (input.contains("received") && !input["received"].is_null()) {
    lines.emplace_back(input["received"].at(0), input["received"].at(1));
    received = DecodeTrace(lines.back().second);
  }
  if (input.contains("sampler") && !input["sampler"].is_null())
    lines.emplace_back("l5d-sample", input["sampler"].dump());
  const Exchange exchange = ProxyWith(Json::object()).Ask(Get(lines));
  const TraceContext forwarded = ForwardedTrace(exchange);
  const Json* parent = expect->Find("forwarded_parent");
  const Json* span = expect->Find("forwarded_span");
  if (parent != nullptr || span != nullptr) {
    if (!IsNew(forwarded.span, received) || forwarded.span == forwarded.parent)
      verdict.Fail("the span is not new");
    if (parent != nullptr && !IsNew(forwarded.parent, received)) verdict.Fail("the parent is not new");
  }
  if (const Json* trace = expect->Find("forwarded_trace"))
    verdict.Check("forwarded trace", *trace, Hex(forwarded.trace));
  if (expect->Has("new_root"))
    verdict.Check("l5d-reqid", Hex(forwarded.trace), exchange.forwarded().Value("l5d-reqid"));
  if (const Json* sampled = expect->Find("sampled")) verdict.Check("sampled", *sampled, SampledOf(forwarded));
  if (const Json* headers = expect->Find("forwarded")) {
    for (const Json& header : *headers) {
      const bool named = header.is_string();
      const std::string name = named ? header : header.at(0);
      if (named && !exchange.forwarded().Has(name)) verdict.Fail("without " + name);
      if (!named) verdict.Check(name, Json::array({header.at(1)}), exchange.forwarded().Values(name));
    }
  }
}

void RunSample(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const HeaderLines lines = LinesOf(input.at("received"));
  std::optional<double> rate;
  for (const auto& [name, value] : lines) {
    if (name == "l5d-sample") rate = ParseSampleRate(value);
  }
  const TraceContext forwarded = ForwardedTrace(ProxyWith(Json::object()).Ask(Get(lines)));
  if (const Json* expected = expect->Find("rate")) {
    verdict.Check("has a rate", !expected->is_null(), rate.has_value());
    if (!expected->is_null() && rate.has_value() && std::abs(expected->get<double>() - *rate) > 1e-6)
      verdict.Differs("rate", expected->dump(), absl::StrCat(*rate));
    // Of the sure rates the proxy's decision is sure, too.
    if (expected->is_null()) verdict.Check("sampled", nullptr, SampledOf(forwarded));
    if (*expected == 0 || *expected == 1) verdict.Check("sampled", *expected == 1, SampledOf(forwarded));
  }
  if (const Json* sampled = expect->Find("sampled")) verdict.Check("sampled", *sampled, SampledOf(forwarded));
}

void RunZipkin(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const std::string request = Get(LinesOf(input.at("received")));
  h1::RequestParser parser;
  if (parser.Parse(request) != h1::Progress::kDone) return verdict.Fail("does not parse");
  const std::optional<TraceContext> received = ReadB3(request, parser.head());
  if (!received.has_value()) return verdict.Fail("no trace is read");
  // x-b3-flags says no more than whether the trace is debugged.
  const Json* sampled = expect->Find("sampled");
  if (sampled != nullptr) verdict.Check("sampled", *sampled, SampledOf(*received));
  if (const Json* flags = expect->Find("flags"))
    verdict.Check("flags", *flags, received->flags & TraceContext::kDebug);
  CheckSpans(*received, expect);
  const Exchange exchange =
      ProxyWith({{"tracePropagator", {{"kind", input.at("tracePropagator")}}}}).Ask(request);
  const WireMessage& forwarded = exchange.forwarded();
  if (!forwarded.Has("l5d-sample"))
    verdict.Check("forwarded trace", Hex(received->trace), forwarded.Value("x-b3-traceid"));
  if (IdOf(forwarded.Value("x-b3-spanid")) == received->span) verdict.Fail("the span is not new");
  if (const Json* names = expect->Find("forwarded")) {
    for (const Json& name : *names)
      verdict.Check(name.dump() + " lines", 1, forwarded.Values(name.get<std::string>()).size());
  }
  for (const char* name : {"x-b3-sampled", "x-b3-flags"}) {
    if (const Json* value = expect->Find(name)) verdict.Check(name, *value, forwarded.Value(name));
  }
  // A rate is decided by chance; what is decided is passed on.
  if (expect->Has("sample_rate") && !forwarded.Has("x-b3-sampled")) verdict.Fail("nothing is decided");
  CheckCommon(exchange, expect);
}

}  // namespace heddle::conformance
