#include "namerd/check/report_json.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

using Json = nlohmann::ordered_json;

Json RuleJson(const CheckReport& report, size_t rule) {
  Json json = {{"rule", rule + 1}};
  if (!report.places.empty()) {
    json["line"] = report.places[rule].line;
    json["column"] = report.places[rule].column;
  }
  json["text"] = QuoteRule(report.dtab[rule]);
  return json;
}

Json FindingJson(const CheckReport& report, const Finding& finding) {
  constexpr size_t kMaxRules = 20;
  Json rules = Json::array();
  for (const size_t rule : finding.rules) {
    if (rules.size() < kMaxRules) rules.push_back(RuleJson(report, rule));
  }
  return {{"severity", SeverityName(finding.severity)},
          {"kind", FindingName(finding.kind)},
          {"rules", std::move(rules)},
          {"message", finding.message},
          {"remedy", finding.remedy}};
}

Json OutcomeJson(const Outcome& outcome) {
  Json json = {{"state", StateName(outcome.state)}};
  if (!outcome.why.empty()) json["why"] = outcome.why;
  if (outcome.destinations.empty()) return json;
  Json clients = Json::array();
  for (const Destination& destination : outcome.destinations) {
    clients.push_back({{"id", destination.id.Show()},
                       {"path", destination.residual.Show()},
                       {"share", destination.share},
                       {"endpoints", destination.endpoints}});
  }
  json["clients"] = std::move(clients);
  return json;
}

Json NameJson(const ComparedName& name) {
  return {{"path", name.name.path.Show()},      {"dtab", name.name.local.Show()},
          {"followers", name.name.followers},   {"effect", EffectName(name.effect)},
          {"before", OutcomeJson(name.before)}, {"after", OutcomeJson(name.after)}};
}

}  // namespace

std::string ReportToJson(const CheckReport& report, const std::string& version) {
  Json findings = Json::array();
  for (const Finding& finding : report.problems.findings) findings.push_back(FindingJson(report, finding));
  Json names = Json::array();
  for (const ComparedName& name : report.comparison.names) names.push_back(NameJson(name));
  Json counts = {{"all", report.names}};
  for (const Effect effect : {Effect::kUnchanged, Effect::kChanged, Effect::kLost, Effect::kGained,
                              Effect::kAbsent, Effect::kUnknown}) {
    counts[EffectName(effect)] = report.comparison.count(effect);
  }
  const Json json = {
      {"namespace", report.ns},
      {"version", version.empty() ? Json() : Json(version)},
      {"rules", report.dtab.size()},
      {"ok", report.ok()},
      {"complete", report.problems.complete},
      {"findings", std::move(findings)},
      {"counts", std::move(counts)},
      {"names", std::move(names)},
      {"left_out", {{"findings", report.problems.left_out}, {"names", report.comparison.left_out}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string LostAsText(const CheckReport& report) {
  constexpr size_t kShown = 20;
  std::string text;
  size_t shown = 0;
  for (const ComparedName& name : report.comparison.names) {
    if (name.effect != Effect::kLost || shown == kShown) continue;
    ++shown;
    const Outcome& after = name.after;
    absl::StrAppend(&text, name.name.path.Show(), ": ",
                    !after.why.empty()                            ? after.why
                    : after.state == Outcome::State::kNoEndpoints ? "its clients have no endpoints"
                                                                  : StateName(after.state),
                    "\n");
  }
  const size_t lost = report.comparison.count(Effect::kLost);
  if (lost > shown) absl::StrAppend(&text, "and ", lost - shown, " more\n");
  return text;
}

}  // namespace heddle::namerd
