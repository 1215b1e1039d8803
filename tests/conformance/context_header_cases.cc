// headers.json: what the headers of the mesh say, and what becomes of them.
#include <algorithm>
#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/dtab/dtab.h"
#include "tests/conformance/header_cases.h"

namespace heddle::conformance {
namespace {

// By how much the deadlines of the cases, of the year 2017, are moved so that they lie ahead.
int64_t Ahead() {
  constexpr int64_t kOfTheCases = 1'500'000'000'000'000'000;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(now + std::chrono::hours(1)).count() - kOfTheCases;
}

// `text` with each time in nanoseconds moved.
std::string Moved(const std::string& text, int64_t by) {
  std::vector<std::string> words = absl::StrSplit(text, ' ');
  for (std::string& word : words) {
    int64_t time;
    if (word.size() == 19 && absl::SimpleAtoi(word, &time)) word = absl::StrCat(time + by);
  }
  return absl::StrJoin(words, " ");
}

// What the case's own context says stands before what it has received.
HeaderLines ReceivedDeadlines(const Json& input, int64_t by) {
  HeaderLines lines;
  if (input.contains("context") && !input["context"].is_null())
    lines.emplace_back("l5d-ctx-deadline", Moved(input["context"], by));
  for (const auto& [name, value] : LinesOf(input.at("received"))) lines.emplace_back(name, Moved(value, by));
  return lines;
}

// As dtabs, so that only what they say counts.
std::string Shown(const std::string& dtab) {
  const auto parsed = Dtab::Parse(dtab);
  return parsed.ok() ? parsed->Show() : dtab;
}

std::vector<std::string> MeshHeaders(const WireMessage& message) {
  std::vector<std::string> names;
  for (const auto& line : message.headers) {
    const std::string name = absl::AsciiStrToLower(line.first);
    if (name.rfind("l5d-", 0) == 0) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

void RunDeadline(const Json& input, Expected* expect) {
  constexpr const char* kHeader = "l5d-ctx-deadline";
  Verdict& verdict = expect->verdict();
  CaseProxy& proxy = ProxyWith(Json::object());
  if (expect->Has("request_rejected")) {
    // As it is, long over.
    const WireMessage answer = proxy.Ask(Get(ReceivedDeadlines(input, 0))).answered();
    verdict.Check("status", 504, answer.status());
    if (answer.Value("l5d-err").empty()) verdict.Fail("without l5d-err");
    return verdict.Deviate("expired_deadline");
  }
  const int64_t by = Ahead();
  const HeaderLines received = ReceivedDeadlines(input, by);
  const Exchange exchange = proxy.Ask(Get(received));
  const std::vector<std::string> forwarded = exchange.forwarded().Values(kHeader);
  const Json* timestamp = expect->Find("timestamp_ns");
  const Json* deadline = expect->Find("deadline_ns");
  if (deadline != nullptr && !deadline->is_null()) {
    const std::string said =
        timestamp == nullptr || forwarded.empty() ? "" : absl::StrCat(timestamp->get<int64_t>() + by, " ");
    verdict.Check(kHeader, Json::array({absl::StrCat(said, deadline->get<int64_t>() + by)}), forwarded);
  } else if (deadline != nullptr) {
    verdict.Check("status", 200, exchange.answered().status());
  }
  if (const Json* lines = expect->Find("forwarded")) {
    std::vector<std::string> expected;
    for (const auto& line : LinesOf(*lines)) expected.push_back(Moved(line.second, by));
    verdict.Check(kHeader, expected, forwarded);
  }
  if (expect->Has("stripped_before_routing")) verdict.Check("lines", 1, forwarded.size());
}

void RunLocalDtab(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  HeaderLines received;
  if (input.contains("context_dtab")) received.emplace_back("l5d-ctx-dtab", input["context_dtab"]);
  for (const auto& line : LinesOf(input.at("received"))) received.push_back(line);
  const Exchange exchange = ProxyWith(Json::object()).Ask(Get(received));
  CheckCommon(exchange, expect);
  if (const Json* local = expect->Find("local_dtab")) {
    const std::vector<std::string> lines = exchange.forwarded().Values("l5d-ctx-dtab");
    verdict.Check("local dtab", Shown(*local), Shown(absl::StrJoin(lines, ";")));
    if (*local == "" && !lines.empty()) verdict.Fail("with an l5d-ctx-dtab that says nothing");
  }
  if (const Json* lines = expect->Find("forwarded")) {
    const WireMessage& forwarded = exchange.forwarded();
    for (const auto& [name, value] : LinesOf(*lines))
      verdict.Check(name, Json::array({Shown(value)}), Json::array({Shown(forwarded.Value(name))}));
    if (lines->empty() && forwarded.Has("l5d-ctx-dtab")) verdict.Fail("with l5d-ctx-dtab");
  }
  // l5d-ctx-dtab is written anew: one line, whatever was received.
  if (const Json* removed = expect->Find("removed")) {
    for (const Json& name : *removed) {
      const size_t left = name == "l5d-ctx-dtab" ? 1 : 0;
      verdict.Check(name.dump() + " lines", left,
                    exchange.forwarded().Values(name.get<std::string>()).size());
    }
  }
}

void RunDst(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const std::string service = input.value("service", "/svc/web");
  const std::string residual = input.value("residual", "/");
  // The identifier's path is the rest of the name; what the rule does not use of it is the residual.
  const size_t second = service.find('/', 1);
  const std::string prefix = service.substr(0, second);
  const std::string rest = second == std::string::npos ? "" : service.substr(second);
  const std::string path = residual == "/" ? rest : rest + residual;
  Json config = CaseProxy::Config({{"identifier", {{"kind", "io.l5d.header"}}}}, prefix);
  config["routers"][0]["dtab"] = service + " => " + CaseProxy::BoundName();
  HeaderLines lines = {{"l5d-name", path.empty() ? "/" : path}};
  for (const auto& line : LinesOf(input.value("received", Json::array()))) lines.push_back(line);
  const Exchange exchange = CaseProxy::For(config).Ask(Get(lines));
  if (const Json* request = expect->Find("request")) {
    for (const auto& [name, value] : LinesOf(*request)) {
      // What the case calls by its bound name is the back end here.
      const std::string expected = value == input.value("bound_id", "") ? CaseProxy::BoundName() : value;
      verdict.Check(name, Json::array({expected}), exchange.forwarded().Values(name));
    }
  }
  if (const Json* names = expect->Find("response_absent")) {
    for (const Json& name : *names) {
      if (exchange.answered().Has(name.get<std::string>())) verdict.Fail("the response has " + name.dump());
    }
  }
  CheckCommon(exchange, expect);
}

void RunClearContext(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  // What fails is identification, or what comes behind it: then the name leads nowhere.
  const bool unidentified = input.value("identification", "") == "fails";
  const bool unbound = !unidentified && std::any_of(input.begin(), input.end(),
                                                    [](const Json& each) { return each == "fails"; });
  CaseProxy& proxy =
      ProxyWith({{"dtab", unbound ? "/svc/web => /nowhere" : "/svc/web => " + CaseProxy::BoundName()}},
                {{"clearContext", input.at("clearContext")}});
  const HeaderLines received = LinesOf(input.value("received", Json::array()));
  const HeaderLines headers = LinesOf(input.value("response_headers", Json::array()));
  const std::string request = unidentified ? BytesOf("GET / HTTP/1.1", received) : Get(received);
  const Exchange exchange =
      proxy.Ask(request, {Answer::Status(200, headers, input.value("response_body", ""))});
  const WireMessage& answer = exchange.answered();
  if (unidentified || unbound) verdict.Check("status", unbound ? 502 : 400, answer.status());
  if (const Json* names = expect->Find("l5d_headers_sent_upstream"))
    verdict.Check("headers of the mesh", *names, MeshHeaders(exchange.forwarded()));
  if (const Json* dtab = expect->Find("l5d-ctx-dtab"))
    verdict.Check("l5d-ctx-dtab", Shown(*dtab), Shown(exchange.forwarded().Value("l5d-ctx-dtab")));
  if (const Json* names = expect->Find("absent")) {
    for (const Json& name : *names) {
      if (answer.Has(name.get<std::string>())) verdict.Fail("the answer has " + name.dump());
    }
  }
  if (const Json* body = expect->Find("body")) verdict.Check("body", *body, answer.body);
  if (expect->Has("status_kept")) verdict.Check("status", 200, answer.status());
  if (const Json* status = expect->Find("status_not")) {
    if (*status == answer.status()) verdict.Fail("status " + status->dump());
  }
  if (const Json* names = expect->Find("response_headers_kept")) {
    for (const Json& name : *names) {
      if (!answer.Has(name.get<std::string>())) verdict.Fail("the answer has no " + name.dump());
    }
  }
}

}  // namespace heddle::conformance
