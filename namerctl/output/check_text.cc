#include "namerctl/output/check_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "namerctl/output/dtab_text.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::json;

std::string Text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? Printable(found->get_ref<const std::string&>()) : "";
}

size_t Number(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<size_t>() : 0;
}

// The elements of an array that are objects.
std::vector<Json> Objects(const Json& object, const char* key) {
  std::vector<Json> objects;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return objects;
  std::copy_if(found->begin(), found->end(), std::back_inserter(objects),
               [](const Json& element) { return element.is_object(); });
  return objects;
}

std::string PlaceOf(const Json& rule, const std::string& file) {
  if (Number(rule, "line") > 0)
    return absl::StrCat(file, ":", Number(rule, "line"), ":", Number(rule, "column"));
  return absl::StrCat(file, ", rule ", Number(rule, "rule"));
}

std::string Finding(const Json& finding, const std::string& file, const Style& style) {
  const std::vector<Json> rules = Objects(finding, "rules");
  const std::string severity = Text(finding, "severity");
  const Paint paint = severity == "error" ? Paint::kBad : severity == "warning" ? Paint::kBold : Paint::kNone;
  std::string text = absl::StrCat(rules.empty() ? file : PlaceOf(rules[0], file), ": ",
                                  Painted(style, paint, absl::StrCat(severity, ":")), " ");
  if (!rules.empty()) absl::StrAppend(&text, Painted(style, Paint::kRule, Text(rules[0], "text")), " ");
  absl::StrAppend(&text, Text(finding, "message"), "\n");
  constexpr size_t kShown = 6;
  for (size_t i = 1; i < std::min(rules.size(), kShown); ++i) {
    absl::StrAppend(&text, "    see ", PlaceOf(rules[i], file), ": ", Text(rules[i], "text"), "\n");
  }
  return absl::StrCat(text, "    ", Text(finding, "remedy"), "\n");
}

Paint PaintOf(const std::string& effect) {
  if (effect == "lost") return Paint::kBad;
  return effect == "gained" ? Paint::kGood : Paint::kBold;
}

std::string StateText(const std::string& state) {
  if (state == "fails") return "an error";
  return state == "unknown" ? "not known in time" : state;
}

// Rows of an outcome: a client a row.
void AddOutcome(Columns& columns, const std::string& when, const Json& outcome) {
  const std::vector<Json> clients = Objects(outcome, "clients");
  if (clients.empty()) {
    const std::string why = Text(outcome, "why");
    columns.Add({{"    " + when, Paint::kDim},
                 {StateText(Text(outcome, "state")) + (why.empty() ? "" : ": " + why)}});
  }
  for (size_t i = 0; i < clients.size(); ++i) {
    const Json& client = clients[i];
    const auto share = client.find("share");
    const double part = share != client.end() && share->is_number() ? share->get<double>() : 0;
    const std::string id = Text(client, "id");
    const bool is_status = absl::StrContains(id, "/$/io.buoyant.http.status/");
    const size_t endpoints = Number(client, "endpoints");
    columns.Add({{i == 0 ? "    " + when : "", Paint::kDim},
                 {Percent(part) + "  " + id},
                 {is_status        ? "answered by the proxy"
                  : endpoints == 0 ? "no endpoints"
                                   : Count(endpoints, "endpoint"),
                  endpoints == 0 && !is_status ? Paint::kBad : Paint::kNone}});
  }
}

std::string Name(const Json& name, const Style& style) {
  const std::string effect = Text(name, "effect");
  const size_t followers = Number(name, "followers");
  std::string text =
      absl::StrCat("  ", Painted(style, PaintOf(effect), absl::StrCat(effect, ":")), " ", Text(name, "path"),
                   followers == 0 ? "" : absl::StrCat(" (", Count(followers, "follower"), ")"));
  if (const std::string local = Text(name, "dtab"); !local.empty()) absl::StrAppend(&text, " with ", local);
  Columns columns;
  const Json none = Json::object();
  AddOutcome(columns, "before",
             name.contains("before") && name["before"].is_object() ? name["before"] : none);
  AddOutcome(columns, "after", name.contains("after") && name["after"].is_object() ? name["after"] : none);
  return absl::StrCat(text, "\n", columns.Show(style));
}

std::string LeftOut(size_t count, absl::string_view what) {
  return count == 0 ? "" : absl::StrCat("  and ", count, " more ", what, "\n");
}

// "3 names in use: 1 unchanged, 2 lost."
std::string Verdict(const Json& report) {
  const Json counts = report.value("counts", Json::object());
  if (Number(counts, "all") == 0) return "No name is in use: nobody would notice.";
  std::vector<std::string> parts;
  for (const char* effect : {"unchanged", "changed", "gained", "lost", "absent", "unknown"}) {
    const size_t count = Number(counts, effect);
    if (count == 0) continue;
    parts.push_back(absl::StrCat(count, " ", effect));
    if (effect == absl::string_view("absent")) parts.back() += " before and after";
    if (effect == absl::string_view("unknown")) parts.back() = absl::StrCat(count, " not known in time");
  }
  return absl::StrCat(Count(Number(counts, "all"), "name"), " in use: ", absl::StrJoin(parts, ", "), ".");
}

}  // namespace

absl::StatusOr<CheckText> ShowCheck(const std::string& json, const std::string& file, const Style& style) {
  const Json report = Json::parse(json, nullptr, false);
  if (!report.is_object() || !report.contains("findings") || !report.contains("names") ||
      !report.value("counts", Json()).is_object()) {
    return absl::InternalError("the answer is no report on a dtab: is the base URL that of a Heddle namerd?");
  }
  CheckText shown;
  const auto ok = report.find("ok");
  shown.ok = ok != report.end() && ok->is_boolean() && ok->get<bool>();
  std::string findings, names;
  for (const Json& finding : Objects(report, "findings")) findings += Finding(finding, file, style);
  for (const Json& name : Objects(report, "names")) {
    const std::string text = Name(name, style);
    names += text;
    if (Text(name, "effect") == "lost") shown.lost += text;
  }
  const Json left_out = report.value("left_out", Json::object());
  if (left_out.is_object()) {
    findings += LeftOut(Number(left_out, "findings"), "findings");
    names += LeftOut(Number(left_out, "names"), "names");
  }
  if (report.value("complete", Json(true)) == false) {
    findings += "The rules are so many, or multiply so, that not all of them could be looked at.\n";
  }
  const std::string version = Text(report, "version");
  shown.report =
      absl::StrCat(findings, findings.empty() ? "" : "\n",
                   version.empty() ? absl::StrCat("There is no dtab '", Text(report, "namespace"),
                                                  "' yet. Compared with no rules at all:\n")
                                   : absl::StrCat("Compared with version ", version, ":\n"),
                   names, Painted(style, shown.ok ? Paint::kGood : Paint::kBad, Verdict(report)), "\n");
  return shown;
}

}  // namespace heddle::namerctl
