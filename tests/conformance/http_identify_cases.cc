// http_identify.json: the name that a request gets is what the proxy says in l5d-dst-service.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/conformance/case_proxy.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/config_reading.h"
#include "tests/conformance/expected.h"

namespace heddle::conformance {
namespace {

Json ConfigOf(const Json& test) {
  Json router = Json::object();
  if (!test.at("identifier").is_null()) router["identifier"] = test["identifier"];
  if (test.contains("dtab")) router["dtab"] = test["dtab"];
  return CaseProxy::Config(router, test.at("dst_prefix"));
}

std::string BytesOfRequest(const Json& request) {
  return BytesOf(
      absl::StrCat(request.at("method").get<std::string>(), " ", request.at("uri").get<std::string>(),
                   " HTTP/", request.at("version").get<std::string>()),
      LinesOf(request.at("headers")));
}

// What l5d-err and the body say of it is ours to word; that they say something is not.
void CheckRefused(const Exchange& exchange, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const WireMessage& answer = exchange.answered();
  if (!exchange.received.empty()) verdict.Fail("forwarded: " + exchange.received.front().start_line);
  if (const Json* status = expect->Find("http_status")) verdict.Check("status", *status, answer.status());
  if (const Json* type = expect->Find("content_type"))
    verdict.Check("content type", *type, answer.Value("content-type"));
  if (const Json* header = expect->Find("has_header")) {
    if (answer.Value(header->get<std::string>()).empty()) verdict.Fail("without " + header->dump());
  }
  if (answer.body.empty() || answer.Value("l5d-err").empty()) verdict.Fail("an error without a word");
  for (const char* wording : {"reason", "body_prefix", "body_suffix"}) expect->Has(wording);
}

void CheckIdentified(const Exchange& exchange, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const WireMessage& forwarded = exchange.forwarded();
  if (const Json* name = expect->Find("name"))
    verdict.Check("name", *name, forwarded.Value("l5d-dst-service"));
  if (const Json* uri = expect->Find("uri_after")) verdict.Check("target", *uri, forwarded.target());
  verdict.Check("status", 200, exchange.answered().status());
}

void RunOn(const Json& test, const Json& config, Verdict* verdict) {
  const Json& request = test.at("request");
  const std::string uri = request.at("uri");
  const Exchange exchange = CaseProxy::For(config).Ask(BytesOfRequest(request), {Answer::Status(200)},
                                                       request["method"].get<std::string>());
  Expected expect(test.at("expect"), verdict);
  const std::string outcome = *expect.Find("outcome");
  if (absl::StrContains(uri, ' ')) {
    // No request line: the name it would have had is nobody's.
    verdict->Check("status", 400, exchange.answered().status());
    return verdict->Deviate("strict_framing");
  }
  if (outcome == "identified") {
    CheckIdentified(exchange, &expect);
  } else if (outcome == "unidentified" || outcome == "error" || outcome == "no_brokers") {
    CheckRefused(exchange, &expect);
  } else {
    verdict->Fail("unknown outcome " + outcome);
  }
  expect.Finish();
}

}  // namespace

Verdict RunHttpIdentifyCase(const Json& test) {
  Verdict verdict;
  if (test.at("protocol") != "http") {
    verdict.NotRun("later work: routers of protocol " + test["protocol"].get<std::string>());
    return verdict;
  }
  const Json config = ConfigOf(test);
  const std::vector<std::string> mistakes = CaseProxy::MistakesIn(config);
  const bool refused = test.at("expect").at("outcome") == "config_error";
  if (IsAllLater(mistakes)) {
    verdict.NotRun("later work: identifiers that ask Kubernetes");
  } else if (refused != !mistakes.empty()) {
    verdict.Fail(refused ? "accepted, a refusal is expected" : absl::StrJoin(mistakes, "; "));
  } else if (!refused) {
    RunOn(test, config, &verdict);
  }
  return verdict;
}

}  // namespace heddle::conformance
