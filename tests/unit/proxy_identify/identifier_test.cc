// The recorded behaviour of Linkerd's HTTP/1 identifiers (tests/conformance/vectors/http_identify.json), and
// what it does not say.
#include "proxy/identify/identifier.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

namespace heddle {
namespace {

using nlohmann::json;

// A head as its parts are, whether or not a parser would let them through: the vectors hold targets with
// spaces.
struct FakeRequest {
  explicit FakeRequest(const json& request) {
    head.Clear();
    head.method_text = Append(request.at("method"));
    head.target = Append(request.at("uri"));
    head.minor_version = request.at("version") == "1.0" ? 0 : 1;
    for (const json& header : request.at("headers")) {
      Field& field = head.fields[head.field_count];
      field.name = Append(header.at(0));
      field.value = Append(header.at(1));
      field.id = FindHeaderId(field.name.In(bytes));
      auto& first = head.first[static_cast<size_t>(field.id)];
      if (first == Head::kNone) first = static_cast<uint8_t>(head.field_count);
      ++head.field_count;
    }
  }
  Span Append(const std::string& text) {
    const Span span{static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(text.size())};
    bytes += text;
    return span;
  }
  std::string bytes;
  Head head;
};

std::optional<IdentifierConfig> ConfigOf(const json& config) {
  const std::string kind = config.at("kind");
  if (kind == "io.l5d.header.token") return HeaderTokenIdentifierConfig{config.value("header", "Host")};
  if (kind == "io.l5d.header") return HeaderIdentifierConfig{config.value("header", "l5d-name")};
  if (kind == "io.l5d.path")
    return PathIdentifierConfig{config.value("segments", 1u), config.value("consume", false)};
  if (kind == "io.l5d.methodAndHost")
    return MethodAndHostIdentifierConfig{config.value("httpUriInDst", false)};
  if (kind == "io.l5d.static")
    return StaticIdentifierConfig{*Path::Parse(config.at("path").get<std::string>())};
  return std::nullopt;
}

std::vector<IdentifierConfig> ConfigsOf(const json& config) {
  if (config.is_null()) return {HeaderTokenIdentifierConfig{}};
  std::vector<IdentifierConfig> configs;
  for (const json& one : config.is_array() ? config : json::array({config})) {
    const auto parsed = ConfigOf(one);
    if (!parsed.has_value()) return {};
    configs.push_back(*parsed);
  }
  return configs;
}

std::string UriAfter(const FakeRequest& request, const Identifier& identifier) {
  const RequestView view = MakeRequestView(request.bytes, request.head);
  std::string key;
  absl::string_view reason;
  REQUIRE(identifier.AppendKey(view, &key, &reason));
  const std::string rest(view.target.substr(identifier.Consumed(view, key)));
  return rest.empty() || rest[0] != '/' ? "/" + rest : rest;
}

// What came of it, in the vectors' words.
std::string OutcomeOf(const Identifier& identifier, const FakeRequest& request, std::string* detail) {
  std::string key;
  absl::string_view reason;
  if (!identifier.AppendKey(MakeRequestView(request.bytes, request.head), &key, &reason)) {
    *detail = std::string(reason);
    return "unidentified";
  }
  const absl::StatusOr<Path> name = identifier.Name(key);
  if (!name.ok()) {
    *detail = absl::IsInvalidArgument(name.status()) ? "400" : "502";
    return "error";
  }
  *detail = name->Show();
  return "identified";
}

TEST_CASE("the recorded cases") {
  std::ifstream file(HEDDLE_VECTORS);
  REQUIRE(file.good());
  std::set<std::string> features;
  size_t checked = 0;
  for (const json& c : json::parse(file)) {
    if (c.at("protocol") != "http" || c.at("feature") == "error_response") continue;
    if (!c.contains("identifier") || !c.contains("request")) continue;
    const std::vector<IdentifierConfig> configs = ConfigsOf(c.at("identifier"));
    if (configs.empty() || c.at("expect").at("outcome") == "config_error") continue;
    INFO(c.at("id"));
    const auto identifier = MakeIdentifier(configs, *Path::Parse(c.at("dst_prefix").get<std::string>()));
    const FakeRequest request(c.at("request"));
    const json& expect = c.at("expect");
    std::string detail;
    CHECK(OutcomeOf(*identifier, request, &detail) == expect.at("outcome"));
    if (expect.contains("name")) CHECK(detail == expect.at("name"));
    if (expect.at("outcome") == "unidentified") CHECK(detail == expect.at("reason"));
    if (expect.at("outcome") == "error") CHECK(detail == std::to_string(expect.at("http_status").get<int>()));
    if (expect.contains("uri_after")) CHECK(UriAfter(request, *identifier) == expect.at("uri_after"));
    features.insert(c.at("feature").get<std::string>());
    ++checked;
  }
  CHECK(checked >= 35);
  for (const char* feature :
       {"header_token", "header", "path", "path_consume", "methodAndHost", "static", "compose"}) {
    CHECK(features.count(feature) == 1);
  }
}

TEST_CASE("requests of different identifiers of a list have different keys") {
  const auto identifier =
      MakeIdentifier({HeaderTokenIdentifierConfig{"a"}, HeaderTokenIdentifierConfig{"b"}}, Path{"svc"});
  std::string keys[2];
  for (int i = 0; i < 2; ++i) {
    const FakeRequest request(json{{"method", "GET"},
                                   {"uri", "/"},
                                   {"version", "1.1"},
                                   {"headers", json::array({json::array({i == 0 ? "a" : "b", "x"})})}});
    absl::string_view reason;
    REQUIRE(identifier->AppendKey(MakeRequestView(request.bytes, request.head), &keys[i], &reason));
    CHECK(identifier->Name(keys[i])->Show() == "/svc/x");
  }
  CHECK(keys[0] != keys[1]);
}

TEST_CASE("of a list, the identifier that made the name says what it has used up") {
  const auto identifier =
      MakeIdentifier({HeaderIdentifierConfig{}, PathIdentifierConfig{1, true}}, Path{"svc"});
  const auto uri_after = [&](const json& headers) {
    return UriAfter(
        FakeRequest({{"method", "GET"}, {"uri", "/web/a"}, {"version", "1.1"}, {"headers", headers}}),
        *identifier);
  };
  CHECK(uri_after(json::array()) == "/a");
  CHECK(uri_after(json::array({json::array({"l5d-name", "/x"})})) == "/web/a");
}

TEST_CASE("of a cleared context no l5d header names anything") {
  const json headers = json::parse(R"([["l5d-name", "/x"], ["l5d-mine", "y"], ["other", "z"]])");
  const FakeRequest request({{"method", "GET"}, {"uri", "/"}, {"version", "1.1"}, {"headers", headers}});
  const auto named = [&](const IdentifierConfig& config, bool cleared) {
    std::string key;
    absl::string_view reason;
    const auto identifier = MakeIdentifier({config}, Path{"svc"});
    return identifier->AppendKey(MakeRequestView(request.bytes, request.head, cleared), &key, &reason);
  };
  CHECK(named(HeaderIdentifierConfig{}, false));
  CHECK_FALSE(named(HeaderIdentifierConfig{}, true));
  CHECK(named(HeaderTokenIdentifierConfig{"l5d-mine"}, false));
  CHECK_FALSE(named(HeaderTokenIdentifierConfig{"l5d-mine"}, true));
  CHECK(named(HeaderTokenIdentifierConfig{"other"}, true));
}

}  // namespace
}  // namespace heddle
