#include "namerctl/client/dtab_document.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::ordered_json;

absl::Status NotADtab() {
  return absl::InvalidArgumentError(
      "this JSON is no dtab: expected {\"dtab\": [{\"prefix\": \"/svc\", \"dst\": \"/host\"}]}");
}

std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

absl::StatusOr<std::vector<Rule>> RulesOf(const Json& list) {
  if (!list.is_array()) return NotADtab();
  std::vector<Rule> rules;
  for (const Json& item : list) {
    if (!item.is_object()) return NotADtab();
    const auto prefix = item.find("prefix");
    const auto dst = item.find("dst");
    if (prefix == item.end() || dst == item.end() || !prefix->is_string() || !dst->is_string())
      return NotADtab();
    rules.push_back({prefix->get<std::string>(), dst->get<std::string>()});
  }
  return rules;
}

}  // namespace

std::string RulesToJson(const std::vector<Rule>& rules) {
  Json list = Json::array();
  for (const Rule& rule : rules) list.push_back({{"prefix", rule.prefix}, {"dst", rule.dst}});
  return Dump(list);
}

absl::StatusOr<std::vector<Rule>> RulesFromJson(absl::string_view json) {
  return RulesOf(Json::parse(json.begin(), json.end(), nullptr, false));
}

absl::StatusOr<DtabInput> ReadDtabInput(std::string text) {
  DtabInput input;
  const absl::string_view trimmed = absl::StripLeadingAsciiWhitespace(text);
  if (!absl::StartsWith(trimmed, "{") && !absl::StartsWith(trimmed, "[")) {
    input.body = std::move(text);
    return input;
  }
  input.is_json = true;
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return NotADtab();
  const Json* list = &json;
  if (json.is_object()) {
    const auto dtab = json.find("dtab");
    const auto version = json.find("version");
    if (dtab == json.end()) return NotADtab();
    if (version != json.end() && version->is_string()) input.version = version->get<std::string>();
    list = &*dtab;
  }
  ASSIGN_OR_RETURN(const std::vector<Rule> rules, RulesOf(*list));
  input.body = RulesToJson(rules);
  return input;
}

}  // namespace heddle::namerctl
