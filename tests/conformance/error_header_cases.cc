// headers.json: answers of the proxy's own.
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/codec/h1/head_parser.h"
#include "proxy/server/respond.h"
#include "tests/conformance/header_cases.h"

namespace heddle::conformance {
namespace {

// "x*9000" is nine thousand of them.
std::string MessageOf(const std::string& text) {
  size_t times = 0;
  if (text.size() < 3 || text[1] != '*' || !absl::SimpleAtoi(text.substr(2), &times)) return text;
  return std::string(times, text[0]);
}

// UTF-8 as ISO-8859-1, for characters that this has.
std::string Latin1(const std::string& utf8) {
  std::string text;
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80 || i + 1 == utf8.size()) {
      text.push_back(utf8[i]);
    } else {
      text.push_back(static_cast<char>(((byte & 3) << 6) | (static_cast<unsigned char>(utf8[++i]) & 63)));
    }
  }
  return text;
}

WireMessage Respond(const std::string& message, size_t max_header_bytes) {
  ErrorResponse response{400, message};
  response.max_err_bytes = max_header_bytes;
  std::string bytes;
  AppendErrorResponse(response, &bytes);
  WireMessage parsed;
  const size_t end = bytes.find("\r\n\r\n");
  parsed.body = bytes.substr(end + 4);
  for (size_t at = bytes.find("\r\n") + 2; at < end; at = bytes.find("\r\n", at) + 2) {
    const size_t colon = bytes.find(": ", at);
    parsed.headers.emplace_back(bytes.substr(at, colon - at),
                                bytes.substr(colon + 2, bytes.find("\r\n", at) - colon - 2));
  }
  return parsed;
}

// How a text is written: by the function that writes all of them.
void RunMessage(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const std::string message = MessageOf(input.at("message"));
  const size_t limit = input.value("max_header_bytes", 8192);
  const WireMessage answer = Respond(message, limit);
  const std::string said = answer.Value("l5d-err");
  if (const Json* expected = expect->Find("l5d-err")) {
    if (*expected != said && *expected == Respond(Latin1(message), limit).Value("l5d-err")) {
      verdict.Deviate("utf8_errors");
    } else {
      verdict.Check("l5d-err", *expected, said);
    }
  }
  if (const Json* part = expect->Find("l5d-err_contains")) {
    if (!absl::StrContains(said, part->get<std::string>())) verdict.Differs("l5d-err", *part, said);
  }
  if (const Json* length = expect->Find("l5d-err_length"))
    verdict.Check("length of l5d-err", *length, said.size());
  if (const Json* length = expect->Find("body_length"))
    verdict.Check("length of the body", *length, answer.body.size());
  if (const Json* type = expect->Find("content_type"))
    verdict.Check("content type", *type, answer.Value("content-type"));
  if (const Json* body = expect->Find("body")) verdict.Check("body", *body, answer.body);
}

// What a request gets that fails as the case says; nullopt: in a way that this runner does not know.
std::optional<Exchange> Fail(const std::string& how) {
  const auto has = [&](const char* word) { return absl::StrContains(absl::AsciiStrToLower(how), word); };
  if (has("unknowndst")) return ProxyWith(Json::object()).Ask(BytesOf("GET / HTTP/1.1", {}));
  if (has("nobroker") || has("no broker")) return ProxyWith({{"dtab", "/svc/x => /y"}}).Ask(Get({}));
  if (has("calldepth") || has("call depth"))
    return ProxyWith(Json::object(), {{"maxCallDepth", 1}}).Ask(Get({{"Via", "a, b"}}));
  if (has("attempt timeout"))
    return ProxyWith({{"client", {{"requestAttemptTimeoutMs", 30}}}}).Ask(Get({}), {Answer::Silence()});
  if (has("timeout"))
    return ProxyWith({{"service", {{"totalTimeoutMs", 30}}}}).Ask(Get({}), {Answer::Silence()});
  if (has("framed"))
    return ProxyWith(Json::object())
        .Ask(Get({}),
             {{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Answer::Then::kClose}});
  // Port 1 of this machine has no listener.
  if (has("connection failed") || has("write"))
    return ProxyWith({{"dtab", "/svc => /$/inet/127.0.0.1/1"}}).Ask(Get({}));
  if (has("any other"))
    return ProxyWith(Json::object()).Ask(Get({}), {{"HTTP/1.1 200 OK\r\nCont", Answer::Then::kClose}});
  return std::nullopt;
}

}  // namespace

void RunErr(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const std::string how = input.value("exception", "");
  if (absl::StrContains(how, "ResponseException"))
    return verdict.NotRun("later work: identifiers that answer with redirects");
  if (!how.empty()) {
    const std::optional<Exchange> exchange = Fail(how);
    if (!exchange.has_value()) return verdict.Fail("unknown exception " + how);
    const WireMessage& answer = exchange->answered();
    if (const Json* status = expect->Find("status")) verdict.Check("status", *status, answer.status());
    if (const Json* said = expect->Find("l5d-retryable"))
      verdict.Check("l5d-retryable", *said, answer.Value("l5d-retryable"));
    if (answer.Value("l5d-err").empty() || answer.body.empty()) verdict.Fail("an error without a word");
    expect->Has("has_header");                            // l5d-err
    if (!input.contains("message")) expect->Has("body");  // the words are ours
  }
  if (input.contains("message")) RunMessage(input, expect);
}

void RunDiagnosticTrace(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const std::string port = absl::StrCat(CaseBackend::Get().port());
  const auto here = [&](const std::string& text) { return absl::StrReplaceAll(text, {{"PORT", port}}); };
  HeaderLines lines = {{"Host", input.value("host", "web")}};
  for (const char* name : {"Max-Forwards", "l5d-add-context"}) {
    if (input.contains(name)) lines.emplace_back(name, input[name]);
  }
  Json router = Json::object();
  if (input.contains("dtab")) router["dtab"] = here(input["dtab"]);
  const std::string method = input.at("method");
  const Exchange exchange = ProxyWith(router).Ask(BytesOf(method + " / HTTP/1.1", lines),
                                                  {Answer::Status(200, {}, "from below ")}, method);
  const WireMessage& answer = exchange.answered();
  if (const Json* status = expect->Find("status")) verdict.Check("status", *status, answer.status());
  if (const Json* routed = expect->Find("routed"))
    verdict.Check("routed", *routed, !exchange.received.empty());
  CheckForwarded(exchange, expect);
  if (const Json* body = expect->Find("body")) {
    if (absl::StartsWith(body->get<std::string>(), "<downstream body")) {
      if (!absl::StartsWith(answer.body, "from below\n\n") || answer.body.size() < 20)
        verdict.Differs("body", *body, answer.body);
    } else if (answer.status() >= 400) {
      if (answer.body.empty()) verdict.Fail("an error without a word");
    } else {
      verdict.Check("body", *body, answer.body);
    }
  }
  if (const Json* parts = expect->Find("body_contains")) {
    for (const Json& part : *parts) {
      if (!absl::StrContains(answer.body, here(part))) verdict.Differs("body", here(part), answer.body);
    }
  }
}

}  // namespace heddle::conformance
