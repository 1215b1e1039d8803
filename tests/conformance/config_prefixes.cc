// config.json: clients of kind io.l5d.static, and names that earlier versions of Linkerd had.
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/config_reading.h"

namespace heddle::conformance {
namespace {

const char* BalancerName(BalancerConfig::Kind kind) {
  switch (kind) {
    case BalancerConfig::Kind::kP2c:
      return "default";
    case BalancerConfig::Kind::kEwma:
      return "ewma";
    case BalancerConfig::Kind::kAperture:
      return "aperture";
    default:
      return "another";
  }
}

const char* AccrualName(AccrualConfig::Kind kind) {
  return kind == AccrualConfig::Kind::kSuccessRate ? "io.l5d.successRate" : "another";
}

// TLS is refused yet: only which entries match, and what they capture, is held against the case.
void CheckCommonNames(const Json& test, Verdict* verdict) {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse(test.at("client_yaml").get<std::string>(), "file.yaml", errors);
  ByPrefix<Json> names;
  for (const auto& entry : document->root().Find("configs")->items()) {
    const std::string name = entry->Find("tls")->Find("commonName")->text();
    auto prefix = PathMatcher::Parse(entry->Find("prefix")->text());
    if (!prefix.ok()) return verdict->Fail(prefix.status().ToString());
    names.Add(*std::move(prefix), [name](const PathVariables& variables, Json* out) {
      *out = {{"commonName", SubstituteVariables(name, variables)}};
    });
  }
  for (const auto& [path, expect] : test.at("lookups").items()) {
    const Json ours = names.For(*Path::Parse(path));
    verdict->Check(path, expect, ours.is_null() ? Json{{"tls", nullptr}} : ours);
  }
}

struct OldName {
  Json file;
  std::string told;  // what the refusal contains
};

Json Router(const char* key, const Json& value) {
  return {{"routers", Json::array({{{"protocol", "http"}, {key, value}}})}};
}

Json Router(const char* key, const char* inner, const Json& value) {
  return Router(key, Json{{inner, value}});
}

// What there was before, in a file that has it, by the text of the case.
const std::multimap<std::string, OldName>& OldNames() {
  static const auto& names = *new std::multimap<std::string, OldName>([] {
    const char* kTimeouts = "timeoutMs (router/client)";
    const char* kClassifiers =
        "io.l5d.nonRetryable5XX, io.l5d.retryableRead5XX, io.l5d.retryableIdempotent5XX";
    const char* kIngress = "io.l5d.http.ingress, io.l5d.h2.ingress";
    const char* kEngine = "engine (server/client)";
    const char* kSizes = "maxChunkKB, maxRequestKB, maxResponseKB";
    const char* kThrift = "client.thriftProtocol, servers[].thriftProtocol";
    const auto classifier = [](const char* kind) {
      return Router("service", "responseClassifier", {{"kind", kind}});
    };
    const Json thrift = {{"thriftProtocol", "binary"}};
    const Json engine = {{"engine", {{"kind", "netty4"}}}};
    Json tracers = Router("label", "x");
    tracers["tracers"] = Json::array();
    Json telemetry = Router("label", "x");
    telemetry["telemetry"] = Json::array({{{"kind", "io.l5d.commonMetrics"}}});
    Json tcp = Router("label", "x");
    tcp["admin"] = {{"metricsIntervalSecs", 10}};
    const Json threshold = {
        {"kind", "io.l5d.namerd"}, {"dst", "/$/inet/127.1/4100"}, {"failureThreshold", {{"threshold", 3}}}};
    return std::multimap<std::string, OldName>{
        {"baseDtab", {Router("baseDtab", "/a => /b"), "'dtab'"}},
        {kTimeouts, {Router("timeoutMs", 5), "'requestAttemptTimeoutMs'"}},
        {kTimeouts, {Router("client", "timeoutMs", 5), "'requestAttemptTimeoutMs'"}},
        {kClassifiers, {classifier("io.l5d.nonRetryable5XX"), "'io.l5d.http.nonRetryable5XX'"}},
        {kClassifiers, {classifier("io.l5d.retryableRead5XX"), "'io.l5d.http.retryableRead5XX'"}},
        {kClassifiers, {classifier("io.l5d.retryableIdempotent5XX"), "'io.l5d.http.retryableIdempotent5XX'"}},
        {"io.l5d.headerToken", {Router("identifier", "kind", "io.l5d.headerToken"), "'io.l5d.header.token'"}},
        {"io.l5d.headerPath", {Router("identifier", "kind", "io.l5d.headerPath"), "io.l5d.header"}},
        {kIngress, {Router("identifier", "kind", "io.l5d.http.ingress"), "io.l5d.http.ingress"}},
        {kIngress, {Router("identifier", "kind", "io.l5d.h2.ingress"), "io.l5d.h2.ingress"}},
        {"tracers", {tracers, "'telemetry'"}},
        {"io.l5d.commonMetrics", {telemetry, "io.l5d.commonMetrics"}},
        {kEngine, {Router("client", engine), "remove it"}},
        {kEngine, {Router("servers", Json::array({engine})), "remove it"}},
        {"loggers (router)", {Router("loggers", Json::array()), "remove it"}},
        {kSizes, {Router("maxChunkKB", 5), "'streamAfterContentLengthKB'"}},
        {kSizes, {Router("maxRequestKB", 5), "'streamAfterContentLengthKB'"}},
        {kSizes, {Router("maxResponseKB", 5), "'streamAfterContentLengthKB'"}},
        {"failureThreshold.threshold, .windowSize", {Router("interpreter", threshold), "minPeriodMs"}},
        {kThrift, {Router("client", thrift), "unknown key"}},
        {kThrift, {Router("servers", Json::array({thrift})), "unknown key"}},
        {"admin.metricsIntervalSecs, servers[].dstName, interpreter baseUrl/periodSecs",
         {tcp, "unknown key"}},
        {"experimental: true on http and h2 routers", {Router("experimental", true), ""}},
    };
  }());
  return names;
}

}  // namespace

void RunPrefixConfig(const Json& test, Verdict* verdict) {
  const std::string client = test.at("client_yaml");
  if (absl::StrContains(client, "tls:")) return CheckCommonNames(test, verdict);
  const ProxyReading reading(absl::StrCat("routers:\n- protocol: http\n  client:\n    ",
                                          absl::StrReplaceAll(client, {{"\n", "\n    "}}), "\n"));
  if (!reading.mistakes.empty()) return verdict->Fail(absl::StrJoin(reading.mistakes, "; "));
  const ByPrefix<ClientConfig>& clients = reading.config.routers.at(0).router.clients;
  for (const auto& [path, expect] : test.at("lookups").items()) {
    const ClientConfig config = clients.For(*Path::Parse(path));
    for (const auto& [key, value] : expect.items()) {
      const char* ours = key == "loadBalancer"     ? BalancerName(config.balancer.kind)
                         : key == "failureAccrual" ? AccrualName(config.endpoint.accrual.kind)
                                                   : "a key that is not compared";
      verdict->Check(absl::StrCat(path, " ", key), value, ours);
    }
  }
}

void RunLegacyConfig(const Json& test, Verdict* verdict) {
  const auto [first, last] = OldNames().equal_range(test.at("old").get<std::string>());
  if (first == last)
    return verdict->NotRun("names of earlier versions: " + test.at("old").get<std::string>());
  const bool refused = test.at("status") != "accepted, no effect";
  for (auto old = first; old != last; ++old) {
    const std::string said = absl::StrJoin(ProxyReading(old->second.file.dump(1)).mistakes, "; ");
    if (said.empty() == refused || !absl::StrContains(said, old->second.told))
      verdict->Fail(absl::StrCat("of ", old->second.file.dump(), " is said: '", said, "'"));
  }
}

}  // namespace heddle::conformance
