// headers.json: what HTTP asks of a proxy: Via, hop-by-hop fields, absolute targets, framing, Forwarded.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "lib/codec/h1/head_parser.h"
#include "proxy/server/forward.h"
#include "proxy/server/forwarded.h"
#include "tests/conformance/header_cases.h"

namespace heddle::conformance {
namespace {

// A router that names every request alike, with or without a Host.
Json StaticRouter() { return {{"identifier", {{"kind", "io.l5d.static"}, {"path", "/web"}}}}; }

HeaderLines Lines(const std::string& name, const Json& values) {
  HeaderLines lines;
  for (const Json& value : values) lines.emplace_back(name, value);
  return lines;
}

// The message that the other side gets: a case is about the way there or the way back.
WireMessage Passed(const std::string& on, const std::string& version, HeaderLines lines, bool with_host,
                   Exchange* exchange) {
  CaseProxy& proxy = ProxyWith(StaticRouter());
  const bool request = on == "request";
  if (!request && on != "response") throw std::runtime_error("neither request nor response: " + on);
  Answer answer = Answer::Status(200);
  if (!request) {
    lines.emplace_back("Content-Length", "0");
    answer = {BytesOf("HTTP/" + version + " 200 OK", lines)};
    // Nobody waits for more from a connection of HTTP/1.0.
    if (version == "1.0") answer.then = Answer::Then::kClose;
    lines.clear();
  }
  if (with_host) lines.insert(lines.begin(), {"Host", "web"});
  *exchange = proxy.Ask(BytesOf("GET / HTTP/" + (request ? version : "1.1"), lines), {answer});
  return request && !exchange->received.empty() ? exchange->received.front() : exchange->answered();
}

// The names that a proxy adds, or that belong to the connection.
std::vector<std::string> NamesOf(const WireMessage& message) {
  static const std::set<std::string> kOwn = {"host", "via", "content-length"};
  std::vector<std::string> names;
  for (const auto& line : message.headers) {
    const std::string name = absl::AsciiStrToLower(line.first);
    if (!kOwn.contains(name) && !absl::StartsWith(name, "l5d-")) names.push_back(line.first);
  }
  return names;
}

}  // namespace

void RunVia(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  Exchange exchange;
  const bool with_host = !input.contains("host") || !input["host"].is_null();
  const WireMessage passed =
      Passed(input.at("on"), input.at("version"), Lines("Via", input.value("received", Json::array())),
             with_host, &exchange);
  if (const Json* via = expect->Find("Via")) {
    const std::vector<std::string> ours = passed.Values("Via");
    const std::string last = via->get<std::string>().substr(via->get<std::string>().rfind(", ") + 2);
    std::vector<std::string> all = input.value("received", std::vector<std::string>());
    if (all.size() > 1) {
      all.push_back(last);
      verdict.Check("all Via lines", absl::StrJoin(all, ", "), absl::StrJoin(ours, ", "));
      verdict.Deviate("via_lines_kept");
    } else {
      verdict.Check("Via", Json::array({*via}), ours);
    }
  }
  if (const Json* host = expect->Find("Host")) {
    const Json ours = passed.Has("Host") ? Json(passed.Value("Host")) : Json(nullptr);
    verdict.Check("Host", *host, ours);
  }
}

void RunCallDepth(const Json& input, Expected* expect) {
  CaseProxy& proxy = ProxyWith(Json::object(), {{"maxCallDepth", input.at("maxCallDepth")}});
  const Exchange exchange = proxy.Ask(Get({{"Via", input.at("via")}}));
  CheckCommon(exchange, expect);
  if (expect->Has("body") && exchange.answered().body.empty())
    expect->verdict().Fail("an error without a word");
}

void RunHopByHop(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  HeaderLines lines = LinesOf(input.at("received"));
  Exchange exchange;
  // A coding that is not chunked leaves open where the message ends: it is refused, and seen without it.
  const auto is_coding = [](const auto& line) {
    return absl::EqualsIgnoreCase(line.first, "Transfer-Encoding") && line.second != "chunked";
  };
  if (std::any_of(lines.begin(), lines.end(), is_coding)) {
    Passed(input.at("on"), "1.1", lines, true, &exchange);
    verdict.Check("status", input["on"] == "request" ? 400 : 502, exchange.answered().status());
    std::erase_if(lines, is_coding);
    verdict.Deviate("strict_framing");
  }
  const WireMessage passed = Passed(input.at("on"), "1.1", lines, true, &exchange);
  if (const Json* headers = expect->Find("headers")) {
    Json expected = Json::array();
    for (const Json& header : *headers) expected.push_back(header.is_array() ? header.at(0) : header);
    Json ours = Json::array();
    for (const std::string& name : NamesOf(passed)) ours.push_back(name);
    verdict.Check("headers", expected, ours);
  }
}

void RunProxyUri(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  HeaderLines lines = LinesOf(input.value("headers", Json::array()));
  if (lines.empty()) lines = {{"Host", "web"}};
  const Exchange exchange =
      ProxyWith(StaticRouter())
          .Ask(BytesOf("GET " + input.at("uri").get<std::string>() + " HTTP/1.1", lines));
  const WireMessage& forwarded = exchange.forwarded();
  if (const Json* uri = expect->Find("uri")) {
    std::string target = *uri;
    if (!absl::StartsWith(target, "/")) {
      target.insert(0, "/");
      verdict.Deviate("absolute_without_path");
    }
    verdict.Check("target", target, forwarded.target());
  }
  if (const Json* headers = expect->Find("headers")) {
    for (const auto& [name, value] : LinesOf(*headers))
      verdict.Check(name, Json::array({value}), forwarded.Values(name));
  }
}

void RunFraming(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const HeaderLines lines = LinesOf(input.at("headers"));
  const bool request = input.at("on") == "request";
  CaseProxy& proxy = ProxyWith(StaticRouter());
  HeaderLines sent = {{"Host", "web"}};
  sent.insert(sent.end(), lines.begin(), lines.end());
  const Exchange exchange =
      request ? proxy.Ask(BytesOf("POST / HTTP/1.1", sent) + "abc")
              : proxy.Ask(Get({}), {{BytesOf("HTTP/1.1 200 OK", lines) + "abc", Answer::Then::kClose}});
  const Json* status = expect->Find("status");
  const auto lengths = std::count_if(lines.begin(), lines.end(), [](const auto& line) {
    return absl::EqualsIgnoreCase(line.first, "Content-Length");
  });
  if (lengths > 1 && status != nullptr && (*status == "routed" || *status == 200) &&
      exchange.answered().status() != 200) {
    verdict.Check("status", request ? 400 : 502, exchange.answered().status());
    return verdict.Deviate("strict_framing");
  }
  if (request) {
    CheckCommon(exchange, expect);
  } else {
    if (status != nullptr)
      verdict.Check("status", *status == "routed" ? Json(200) : *status, exchange.answered().status());
    if (const Json* name = expect->Find("has_header")) {
      if (exchange.answered().Value(name->get<std::string>()).empty())
        verdict.Fail("without " + name->dump());
    }
  }
  // The words are ours.
  if (expect->Has("body") && exchange.answered().body.empty()) verdict.Fail("an error without a word");
  if (expect->Has("l5d-err") && exchange.answered().Value("l5d-err").empty()) verdict.Fail("without l5d-err");
}

namespace {

using Labeler = ForwardedConfig::Labeler;

SocketAddress AddressOf(const std::string& text) {
  const size_t colon = text.rfind(':');
  int port = 0;
  if (!absl::SimpleAtoi(text.substr(colon + 1), &port)) throw std::runtime_error("no port: " + text);
  const std::string ip = absl::StrReplaceAll(text.substr(0, colon), {{"[", ""}, {"]", ""}});
  return SocketAddress::Parse(ip, static_cast<uint16_t>(port)).value();
}

Labeler LabelerOf(const Json& json) {
  static const std::map<std::string, Labeler::Kind> kKinds = {
      {"ip", Labeler::Kind::kIp},
      {"ip:port", Labeler::Kind::kIpPort},
      {"connectionRandom", Labeler::Kind::kConnectionRandom},
      {"requestRandom", Labeler::Kind::kRequestRandom},
      {"router", Labeler::Kind::kRouter},
      {"static", Labeler::Kind::kStatic},
  };
  return {kKinds.at(json.at("kind")), json.value("label", "")};
}

// A party that the case gives as it is to be written, of the peer's address in `peer`: "_http" is static, an
// address is the ip, "unknown" that of nobody.
Labeler LabelerOfText(const std::string& text, SocketAddress* peer) {
  if (absl::StartsWith(text, "_")) return {Labeler::Kind::kStatic, text.substr(1)};
  *peer = AddressOf((text == "unknown" ? "0.0.0.0" : text) + ":80");
  return {Labeler::Kind::kIp, ""};
}

// The labels themselves, of addresses that no connection here has.
ForwardedLabels LabelsOf(const Json& input) {
  Random random(1);
  SocketAddress local = AddressOf("127.0.0.1:4140");
  SocketAddress peer = local;
  ForwardedConfig config;
  if (input.contains("labeler")) {
    config.by = config.for_ = LabelerOf(input["labeler"]);
    if (input.contains("address")) local = peer = AddressOf(input["address"]);
  } else {
    const auto party = [&](const Json& json, SocketAddress* at) {
      return json.is_string() ? LabelerOfText(json, at) : LabelerOf(json);
    };
    config.by = party(input.at("by"), &local);
    config.for_ = party(input.at("for"), &peer);
    if (input.contains("remote")) peer = AddressOf(input["remote"]);
  }
  return MakeForwardedLabels(config, input.value("router", "http"), local, peer, random);
}

// Through a proxy: both parties by a static label, which is all that a case can say of them beforehand.
void CheckOnTheWire(const Json& input, const Json& expected, Verdict* verdict) {
  Json server = Json::object();
  if (input.value("enabled", true)) {
    const auto fixed = [](const char* label) { return Json{{"kind", "static"}, {"label", label}}; };
    server["addForwardedHeader"] = {{"by", fixed("by")}, {"for", fixed("for")}};
  }
  HeaderLines lines = Lines("Forwarded", input.value("received", Json::array()));
  const Exchange exchange = ProxyWith(Json::object(), server).Ask(Get(lines));
  verdict->Check("Forwarded lines", expected.size(), exchange.forwarded().Values("Forwarded").size());
  if (expected.empty()) return;
  verdict->Check("the last Forwarded", "by=_by;for=_for;host=web",
                 exchange.forwarded().Values("Forwarded").back());
}

}  // namespace

void RunForwarded(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  if (const Json* lines = expect->Find("Forwarded")) {
    CheckOnTheWire(input, *lines, &verdict);
    if (!input.value("enabled", true)) return;
    Random random(1);
    std::string line;
    AppendForwarded(LabelsOf(input), input.value("host", ""), input.value("proto", ""), random, &line);
    verdict.Check("line", "Forwarded: " + lines->back().get<std::string>() + "\r\n", line);
    return;
  }
  const ForwardedLabels labels = LabelsOf(input);
  if (const Json* by = expect->Find("by")) verdict.Check("by", *by, labels.by);
  if (const Json* of = expect->Find("for")) verdict.Check("for", *of, labels.for_);
  const Json* label = expect->Find("label");
  if (label == nullptr) return;
  if (!labels.for_.empty()) return verdict.Check("label", *label, labels.for_);
  // One of its own for each request: what is before the place to fill in.
  Random random(1);
  std::string line;
  AppendForwarded(labels, "", "", random, &line);
  const std::string text = *label;
  if (!absl::StrContains(line, ";for=" + text.substr(0, text.find('<'))))
    verdict.Differs("label", text, line);
}

void RunTimestamp(const Json& input, Expected* expect) {
  const std::string name = input.at("timestampHeader");
  const Exchange exchange = ProxyWith(Json::object(), {{"timestampHeader", name}}).Ask(Get({}));
  if (!expect->Has(name)) return expect->verdict().Fail("expects nothing of " + name);
  const std::vector<std::string> values = exchange.forwarded().Values(name);
  int64_t at = 0;
  const int64_t now = std::chrono::milliseconds(std::time(nullptr) * 1000).count();
  if (values.size() != 1 || !absl::SimpleAtoi(values[0], &at) || std::abs(at - now) > 60'000)
    expect->verdict().Differs(name, "the time in milliseconds", absl::StrCat(values.size(), " lines, ", at));
}

void RunClientCert(const Json& input, Expected* expect) {
  constexpr const char* kHeader = "x-forwarded-client-cert";
  if (input.at("forwardClientCert") == true) return expect->verdict().NotRun("later work: TLS");
  HeaderLines lines;
  for (int i = 0; i < input.value("received", 1); ++i) lines.emplace_back(kHeader, absl::StrCat("Hash=", i));
  CheckCommon(ProxyWith(Json::object()).Ask(Get(lines)), expect);
}

// No namer of a file sets "authority": the edits themselves.
void RunAuthority(const Json& input, Expected* expect) {
  Verdict& verdict = expect->verdict();
  const std::string host = input.at("host");
  const std::string authority = input.at("namer_metadata").value("authority", "");
  Random random(1);
  std::string passed;
  if (const Json* expected = expect->Find("Host")) {
    const std::string bytes = BytesOf("GET / HTTP/1.1", {{"Host", host}});
    h1::RequestParser parser;
    parser.Parse(bytes);
    const ServerConfig server;
    RequestOrigin origin;
    origin.server = &server;
    const RequestContext context;
    RequestEdits edits;
    edits.authority = authority;
    edits.context = &context;
    edits.origin = &origin;
    ForwardRequest(bytes, parser.head(), edits, random, &passed);
    if (!absl::StrContains(passed, "\r\nHost: " + expected->get<std::string>() + "\r\n"))
      verdict.Differs("Host", *expected, passed);
  }
  if (const Json* expected = expect->Find("response")) {
    const std::string bytes = BytesOf("HTTP/1.1 302 Found", LinesOf(input.at("response")));
    h1::ResponseParser parser;
    parser.Parse(bytes);
    ResponseEdits edits;
    edits.authority = authority;
    edits.host = host;
    ForwardResponse(bytes, parser.head(), edits, &passed);
    for (const auto& [name, value] : LinesOf(*expected)) {
      if (!absl::StrContains(passed, absl::StrCat("\r\n", name, ": ", value, "\r\n")))
        verdict.Differs(name, value, passed);
    }
  }
}

}  // namespace heddle::conformance
