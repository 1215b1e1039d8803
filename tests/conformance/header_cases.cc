#include "tests/conformance/header_cases.h"

#include <map>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

const std::map<std::string, RunHeaders>& Features() {
  static const std::map<std::string, RunHeaders> kFeatures = {
      {"deadline", RunDeadline},
      {"dtab", RunLocalDtab},
      {"dst", RunDst},
      {"clear_context", RunClearContext},
      {"trace_decode", RunTraceDecode},
      {"trace_encode", RunTraceEncode},
      {"trace_propagation", RunTracePropagation},
      {"sample", RunSample},
      {"zipkin", RunZipkin},
      {"via", RunVia},
      {"call_depth", RunCallDepth},
      {"hop_by_hop", RunHopByHop},
      {"proxy_uri", RunProxyUri},
      {"framing", RunFraming},
      {"forwarded", RunForwarded},
      {"timestamp", RunTimestamp},
      {"client_cert", RunClientCert},
      {"authority", RunAuthority},
      {"err", RunErr},
      {"diagnostic_trace", RunDiagnosticTrace},
  };
  return kFeatures;
}

}  // namespace

CaseProxy& ProxyWith(const Json& router, const Json& server) {
  Json config = CaseProxy::Config(router);
  config["routers"][0]["servers"][0].update(server);
  const std::vector<std::string> mistakes = CaseProxy::MistakesIn(config);
  if (!mistakes.empty()) throw std::runtime_error(absl::StrJoin(mistakes, "; "));
  return CaseProxy::For(config);
}

std::string Get(const HeaderLines& headers) {
  HeaderLines lines = {{"Host", "web"}};
  lines.insert(lines.end(), headers.begin(), headers.end());
  return BytesOf("GET / HTTP/1.1", lines);
}

void CheckCommon(const Exchange& exchange, Expected* expect) {
  Verdict& verdict = expect->verdict();
  if (const Json* status = expect->Find("status")) {
    if (status->is_number()) {
      verdict.Check("status", *status, exchange.answered().status());
      if (*status >= 400 && !exchange.received.empty()) verdict.Fail("forwarded all the same");
    } else {
      exchange.forwarded();
      verdict.Check("status", 200, exchange.answered().status());
    }
  }
  const bool routed = !exchange.received.empty();
  const WireMessage& looked_at = routed ? exchange.received.front() : exchange.answered();
  if (const Json* name = expect->Find("has_header")) {
    if (looked_at.Value(name->get<std::string>()).empty()) verdict.Fail("without " + name->dump());
  }
  if (const Json* names = expect->Find("absent")) {
    for (const Json& name : *names) {
      if (looked_at.Has(name.get<std::string>())) verdict.Fail("with " + name.dump());
    }
  }
}

void CheckForwarded(const Exchange& exchange, Expected* expect) {
  const Json* lines = expect->Find("forwarded");
  if (lines == nullptr) return;
  const WireMessage& forwarded = exchange.forwarded();
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& [name, value] : LinesOf(*lines)) values[name].push_back(value);
  for (const auto& [name, expected] : values) expect->verdict().Check(name, expected, forwarded.Values(name));
}

Verdict RunHeaderCase(const Json& test) {
  Verdict verdict;
  const std::string feature = test.at("feature");
  const auto run = Features().find(feature);
  if (test.at("protocol") != "http") {
    verdict.NotRun("later work: routers of protocol " + test["protocol"].get<std::string>());
  } else if (run == Features().end()) {
    verdict.Fail("unknown feature " + feature);
  } else {
    Expected expect(test.at("expect"), &verdict);
    run->second(test.at("input"), &expect);
    if (verdict.kind() != Verdict::Kind::kNotRun) expect.Finish();
  }
  return verdict;
}

}  // namespace heddle::conformance
