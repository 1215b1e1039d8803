#include "namerctl/client/shift_plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/base/duration.h"
#include "lib/config/object_reader.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::ordered_json;

// A duration at `key` ("30s"), or in milliseconds at `key` + "Ms", as namerd prints it.
void ReadDuration(ObjectReader& reader, const std::string& key, std::optional<Millis>* out) {
  std::string text;
  if (reader.Optional(key, &text)) {
    const auto duration = ParseDuration(text);
    if (!duration.ok()) {
      reader.AddError(key, duration.status().message());
    } else {
      *out = *duration;
    }
  }
  Millis millis{0};
  if (!reader.OptionalMillis(key + "Ms", &millis)) return;
  if (out->has_value()) {
    reader.AddError(key + "Ms", absl::StrCat("is there twice: give it or '", key, "'"));
  }
  *out = millis;
}

std::optional<ShiftStep> ReadStep(const ConfigNode& node, ConfigErrors& errors) {
  if (const auto percent = node.AsDouble()) return ShiftStep{*percent, false};
  if (!node.is_map()) {
    errors.Add(node, "is no step; give a percentage, or {percent: 50, manual: true}");
    return std::nullopt;
  }
  ShiftStep step;
  ObjectReader reader(node, errors);
  reader.Required("percent", &step.percent);
  reader.Optional("manual", &step.manual);
  reader.Finish();
  return step;
}

void ReadGates(const ConfigNode& node, ConfigErrors& errors, ShiftPlan* plan) {
  ObjectReader reader(node, errors);
  reader.Optional("minSuccessRate", &plan->min_success_rate, 0.0, 1.0);
  reader.Optional("minRelativeSuccessRate", &plan->min_relative_success_rate, 0.0, 1.0);
  ReadDuration(reader, "maxP99", &plan->max_p99);
  reader.Optional("maxRelativeP99", &plan->max_relative_p99, 0.0);
  reader.Optional("minRequests", &plan->min_requests);
  reader.Finish();
}

ShiftPlan ReadPlan(const ConfigNode& node, ConfigErrors& errors) {
  ShiftPlan plan;
  ObjectReader reader(node, errors);
  reader.Optional("namespace", &plan.ns);
  reader.Optional("prefix", &plan.prefix);
  reader.Optional("from", &plan.from);
  reader.Optional("to", &plan.to);
  for (const ConfigNode* item : reader.List("steps")) {
    if (const auto step = ReadStep(*item, errors)) plan.steps.push_back(*step);
  }
  ReadDuration(reader, "dwell", &plan.dwell);
  if (const ConfigNode* gates = reader.Node("gates")) ReadGates(*gates, errors, &plan);
  ReadDuration(reader, "deadline", &plan.deadline);
  ReadDuration(reader, "convergence", &plan.convergence);
  reader.OptionalOneOf("onFailure", &plan.on_failure, {"revert", "pause"});
  reader.Optional("abortOnDisconnect", &plan.abort_on_disconnect);
  reader.Finish();
  return plan;
}

// A whole number as one: 10, not 10.0.
Json Number(double value) {
  const auto whole = static_cast<int64_t>(value);
  return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

template <class T>
void Put(Json& json, const char* key, const std::optional<T>& value) {
  if constexpr (std::is_same_v<T, Millis>) {
    if (value) json[key] = value->count();
  } else {
    if (value) json[key] = *value;
  }
}

}  // namespace

std::string ToJson(const ShiftPlan& plan) {
  Json json = {{"prefix", plan.prefix}};
  if (!plan.from.empty()) json["from"] = plan.from;
  json["to"] = plan.to;
  json["steps"] = Json::array();
  for (const ShiftStep& step : plan.steps) {
    json["steps"].push_back(step.manual ? Json{{"percent", Number(step.percent)}, {"manual", true}}
                                        : Number(step.percent));
  }
  Put(json, "dwellMs", plan.dwell);
  Json gates = Json::object();
  Put(gates, "minSuccessRate", plan.min_success_rate);
  Put(gates, "minRelativeSuccessRate", plan.min_relative_success_rate);
  Put(gates, "maxP99Ms", plan.max_p99);
  Put(gates, "maxRelativeP99", plan.max_relative_p99);
  Put(gates, "minRequests", plan.min_requests);
  if (!gates.empty()) json["gates"] = std::move(gates);
  Put(json, "deadlineMs", plan.deadline);
  Put(json, "convergenceMs", plan.convergence);
  if (!plan.on_failure.empty()) json["onFailure"] = plan.on_failure;
  Put(json, "abortOnDisconnect", plan.abort_on_disconnect);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<ShiftPlan> ReadShiftPlan(const std::string& file, std::istream& in) {
  ConfigErrors errors;
  ShiftPlan plan;
  std::ostringstream text;
  if (file == "-") text << in.rdbuf();
  const auto document = file == "-" ? ConfigDocument::Parse(text.str(), "standard input", errors)
                                    : ConfigDocument::Load(file, errors);
  if (document) plan = ReadPlan(document->root(), errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return plan;
}

absl::StatusOr<std::vector<double>> ParsePercents(absl::string_view text) {
  std::vector<double> percents;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    part = absl::StripAsciiWhitespace(absl::StripSuffix(absl::StripAsciiWhitespace(part), "%"));
    double percent = 0;
    if (!absl::SimpleAtod(part, &percent) || !(percent > 0 && percent <= 100)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", part, "' is no percentage above 0 and up to 100; write them like 10,50,100"));
    }
    percents.push_back(percent);
  }
  return percents;
}

absl::Status SetManual(absl::string_view text, std::vector<ShiftStep>* steps) {
  if (text == "all") {
    for (ShiftStep& step : *steps) step.manual = true;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<double> percents, ParsePercents(text));
  for (const double percent : percents) {
    const auto step = std::find_if(steps->begin(), steps->end(),
                                   [&](const ShiftStep& candidate) { return candidate.percent == percent; });
    if (step == steps->end()) {
      const std::string known = absl::StrJoin(
          *steps, ", ", [](std::string* out, const ShiftStep& s) { absl::StrAppend(out, s.percent); });
      return absl::InvalidArgumentError(absl::StrCat("--manual: there is no step of ", percent,
                                                     " %; the steps are ", known, "; or give all"));
    }
    step->manual = true;
  }
  return absl::OkStatus();
}

}  // namespace heddle::namerctl
