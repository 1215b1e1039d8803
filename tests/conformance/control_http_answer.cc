// What an answer of the API must be, and the classes of answers that are decided to be other than Namerd's
// (rules in deviations.json).
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/conformance/control_http.h"

namespace heddle::conformance {
namespace {

std::string HeaderOf(const HeaderList& headers, absl::string_view name) {
  const std::string* value = FindHeader(headers, name);
  return value == nullptr ? "" : *value;
}

// Arrays in one order, whatever it was.
Json Sorted(Json json) {
  if (json.is_structured()) {
    for (auto& child : json) child = Sorted(child);
  }
  if (json.is_array()) std::sort(json.begin(), json.end());
  return json;
}

// Objects within metadata as text.
Json WithFlatMeta(Json json) {
  if (!json.is_structured()) return json;
  for (const auto& item : json.items()) {
    if (item.key() != "meta" || !json.is_object()) {
      item.value() = WithFlatMeta(item.value());
      continue;
    }
    for (Json& value : item.value()) {
      if (value.is_structured()) value = value.dump();
    }
  }
  return json;
}

bool IsResource(absl::string_view target) {
  const std::vector<std::string> labels = absl::StrSplit(target.substr(0, target.find('?')), '/');
  static const std::set<std::string> kResources = {"dtabs",   "bind",     "addr",
                                                   "resolve", "delegate", "bound-names"};
  return labels.size() > 3 && kResources.contains(labels[3]);
}

// The rule by which another status than Namerd's is right; "" if there is none.
std::string StatusRule(const HttpRequest& request, const HttpResponse& ours, const Json& expect,
                       const Json& test) {
  const int expected = expect.at("status");
  if (ours.status == 405) {
    const std::vector<std::string> allowed =
        absl::StrSplit(HeaderOf(ours.headers, "Allow"), absl::ByAnyChar(", "), absl::SkipEmpty());
    const bool honest = std::find(allowed.begin(), allowed.end(), request.method) == allowed.end();
    return honest && !allowed.empty() ? "method_not_allowed" : "";
  }
  if (expected == 500 && ours.status == 400) return "client_mistake";
  const std::string version = HeaderOf(request.headers, "If-Match");
  if (expected == 412 && ours.status == 204 && (version == "*" || absl::StartsWith(version, "\"")))
    return "if_match_forms";
  const std::vector<std::string> type = absl::StrSplit(HeaderOf(request.headers, "Content-Type"), ';');
  if (expected == 415 && ours.status == 200 && type.size() > 1 &&
      absl::StripAsciiWhitespace(type[0]) == "application/json")
    return "json_parameters";
  if (ours.status == 404 && expected < 400 && !IsResource(request.target)) return "exact_resource";
  if (expected == 501 && ours.status == 200 && test.value("interpreter", "") == "no_delegation")
    return "every_interpreter_explains";
  return "";
}

void CheckHeaders(const namerd::FakeWriter& answer, const Json& expect, Verdict* verdict) {
  if (expect.contains("content_type") && answer.response->status == 200) {
    const Json& expected = expect["content_type"];
    const std::string ours = answer.Header("Content-Type");
    if (expected.is_null() && ours == "application/json") {
      verdict->Deviate("json_content_type");
    } else {
      verdict->Check("Content-Type", expected.is_null() ? Json("") : expected, ours);
    }
  }
  const Json headers = expect.value("headers", Json::object());
  for (const auto& item : headers.items())
    verdict->Check(item.key(), item.value(), answer.Header(item.key()));
  for (const Json& name : expect.value("absent_headers", Json::array())) {
    if (!answer.Header(name.get<std::string>()).empty())
      verdict->Fail("has the header " + name.get<std::string>());
  }
}

bool SameJson(const std::string& expected, const std::string& ours, Json (*form)(Json)) {
  const Json left = Json::parse(expected, nullptr, false);
  const Json right = Json::parse(ours, nullptr, false);
  // As nlohmann::json: without regard to the order of members.
  return !left.is_discarded() && !right.is_discarded() &&
         nlohmann::json(form(left)) == nlohmann::json(form(right));
}

}  // namespace

void CheckText(absl::string_view what, const std::string& expected, const std::string& ours, const Json& test,
               Verdict* verdict) {
  if (ours == expected) return;
  if (!test.value("set_order", true) && SameJson(expected, ours, Sorted)) return;
  if (test.value("any_key_order", false) && SameJson(expected, ours, [](Json json) { return json; })) return;
  if (RoundWeights(ours) == expected) return verdict->Deviate("weight_precision");
  if (expected == "[\"\"]\n" && ours == "[]\n") return verdict->Deviate("empty_list");
  if (SameJson(expected, ours, WithFlatMeta)) return verdict->Deviate("flat_metadata");
  verdict->Differs(what, expected, ours);
}

void CheckAnswer(const HttpRequest& request, const namerd::FakeWriter& answer, const Json& expect,
                 const Json& test, const std::function<HttpResponse(const HttpRequest&)>& again,
                 Verdict* verdict) {
  if (!answer.response.has_value()) return verdict->Fail("no answer");
  const HttpResponse& ours = *answer.response;
  if (ours.status != expect.at("status")) {
    const std::string rule = StatusRule(request, ours, expect, test);
    if (!rule.empty()) return verdict->Deviate(rule);
    verdict->Check("status", expect["status"], ours.status);
    return verdict->Fail("its body: " + ours.body);
  }
  if (expect.contains("chunked")) verdict->Check("chunked", expect["chunked"], answer.streaming);
  CheckHeaders(answer, expect, verdict);
  if (expect.contains("body_prefix") &&
      !absl::StartsWith(ours.body, expect["body_prefix"].get<std::string>()))
    verdict->Differs("the beginning of the body", expect["body_prefix"].dump(), ours.body);
  if (ours.status >= 400) {
    if (ours.body.empty()) verdict->Fail("an error without a word");  // the words are ours
  } else if (expect.contains("body")) {
    const std::string expected = expect["body"];
    HttpRequest escaped = request;
    escaped.target = absl::StrReplaceAll(request.target, {{";", "%3B"}});
    if (ours.body != expected && escaped.target != request.target && again(escaped).body == ours.body)
      return verdict->Deviate("query_semicolon");
    CheckText("body", expected, ours.body, test, verdict);
  }
}

}  // namespace heddle::conformance
