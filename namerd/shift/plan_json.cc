#include "namerd/shift/plan_json.h"

#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/dtab/dtab.h"
#include "namerd/shift/shift.h"

namespace heddle::namerd {
namespace {

using nlohmann::json;
using Json = nlohmann::ordered_json;

constexpr char kShape[] = R"(a plan is {"prefix": "/host/world", "to": "/srv/world-v2", "steps": [10, 100]})";

const std::set<std::string>& PlanKeys() {
  static const auto& keys = *new std::set<std::string>{
      "prefix",   "from",       "to",          "steps",         "dwell",     "dwellMs",          "gates",
      "deadline", "deadlineMs", "convergence", "convergenceMs", "onFailure", "abortOnDisconnect"};
  return keys;
}

// Written with its unit as `key`, or as a number as `key` + "Ms".
template <class Time>
absl::Status ReadTime(const JsonObject& object, const std::string& key, Time* out) {
  const std::string key_ms = key + "Ms";
  std::optional<int64_t> ms;
  RETURN_IF_ERROR(object.Read(key_ms.c_str(), &ms));
  if (ms.has_value()) *out = Millis(*ms);
  if (object.Find(key.c_str()) == nullptr) return absl::OkStatus();
  const std::string place = object.PlaceOf(key);
  if (ms.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", place, "\" and \"", place, "Ms\" are the same: give one of them"));
  }
  std::string text;
  absl::Duration time;
  const bool is_time = object.Read(key.c_str(), &text).ok() && absl::ParseDuration(text, &time);
  if (!is_time || time != absl::Trunc(time, absl::Milliseconds(1)) ||
      absl::AbsDuration(time) == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", place, "\" is ", object.Find(key.c_str())->dump(-1, ' ', true, json::error_handler_t::replace),
        ", expected a time with its unit: \"250ms\", \"30s\", \"5m\", \"1h\""));
  }
  *out = Millis(absl::ToInt64Milliseconds(time));
  return absl::OkStatus();
}

absl::StatusOr<ShiftStep> ReadStep(const json& value, const std::string& place) {
  if (value.is_number()) return ShiftStep{value.get<double>(), false};
  if (!value.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", place, "\" is a JSON ", value.type_name(),
                                                   ", expected a percentage or {\"percent\", \"manual\"}"));
  }
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::Of(value, place));
  RETURN_IF_ERROR(object.Allow({"percent", "manual"}));
  ShiftStep step;
  if (object.Find("percent") == nullptr) return object.Missing("percent", "a percentage, such as 10");
  RETURN_IF_ERROR(object.Read("percent", &step.percent));
  RETURN_IF_ERROR(object.Read("manual", &step.manual));
  return step;
}

absl::Status ReadSteps(const JsonObject& object, std::vector<ShiftStep>* steps) {
  const json* array = object.Find("steps");
  if (array == nullptr) return object.Missing("steps", "the percentages, such as [10, 50, 100]");
  if (!array->is_array()) {
    return absl::InvalidArgumentError(absl::StrCat("\"steps\" is a JSON ", array->type_name(),
                                                   ", expected an array such as [10, 50, 100]"));
  }
  for (const json& value : *array) {
    ASSIGN_OR_RETURN(steps->emplace_back(), ReadStep(value, absl::StrCat("steps[", steps->size(), "]")));
  }
  return absl::OkStatus();
}

absl::Status ReadGates(const JsonObject& plan, ShiftGates* gates) {
  const json* value = plan.Find("gates");
  if (value == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::Of(*value, "gates"));
  RETURN_IF_ERROR(object.Allow(
      {"minSuccessRate", "minRelativeSuccessRate", "maxP99", "maxP99Ms", "maxRelativeP99", "minRequests"}));
  RETURN_IF_ERROR(object.Read("minSuccessRate", &gates->min_success_rate));
  RETURN_IF_ERROR(object.Read("minRelativeSuccessRate", &gates->min_relative_success_rate));
  RETURN_IF_ERROR(ReadTime(object, "maxP99", &gates->max_p99));
  RETURN_IF_ERROR(object.Read("maxRelativeP99", &gates->max_relative_p99));
  return object.Read("minRequests", &gates->min_requests);
}

absl::Status ReadOnFailure(const JsonObject& object, OnFailure* out) {
  std::string text = "revert";
  RETURN_IF_ERROR(object.Read("onFailure", &text));
  if (text != "revert" && text != "pause") {
    return absl::InvalidArgumentError("\"onFailure\" is neither \"revert\" nor \"pause\"");
  }
  *out = text == "pause" ? OnFailure::kPause : OnFailure::kRevert;
  return absl::OkStatus();
}

Json GatesJson(const ShiftGates& gates) {
  Json json = Json::object();
  if (gates.min_success_rate) json["minSuccessRate"] = ShortNumber(*gates.min_success_rate);
  if (gates.min_relative_success_rate) {
    json["minRelativeSuccessRate"] = ShortNumber(*gates.min_relative_success_rate);
  }
  if (gates.max_p99) json["maxP99Ms"] = gates.max_p99->count();
  if (gates.max_relative_p99) json["maxRelativeP99"] = ShortNumber(*gates.max_relative_p99);
  if (gates.min_requests > 0) json["minRequests"] = gates.min_requests;
  return json;
}

}  // namespace

Json ShortNumber(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<int64_t>(number);
  return number;
}

absl::StatusOr<ShiftPlan> ReadPlan(const JsonObject& object) {
  ShiftPlan plan;
  RETURN_IF_ERROR(object.Read("prefix", &plan.prefix));
  if (const auto prefix = ParsePrefix(plan.prefix); prefix.ok()) plan.prefix = prefix->Show();
  RETURN_IF_ERROR(object.Read("from", &plan.from));
  RETURN_IF_ERROR(object.Read("to", &plan.to));
  RETURN_IF_ERROR(ReadSteps(object, &plan.steps));
  RETURN_IF_ERROR(ReadTime(object, "dwell", &plan.dwell));
  RETURN_IF_ERROR(ReadGates(object, &plan.gates));
  RETURN_IF_ERROR(ReadTime(object, "deadline", &plan.deadline));
  RETURN_IF_ERROR(ReadTime(object, "convergence", &plan.convergence));
  RETURN_IF_ERROR(ReadOnFailure(object, &plan.on_failure));
  RETURN_IF_ERROR(object.Read("abortOnDisconnect", &plan.abort_on_disconnect));
  return plan;
}

Json PlanJson(const ShiftPlan& plan) {
  Json steps = Json::array();
  for (const ShiftStep& step : plan.steps) {
    steps.push_back({{"percent", ShortNumber(step.percent)}, {"manual", step.manual}});
  }
  return {{"prefix", plan.prefix},
          {"from", plan.from},
          {"to", plan.to},
          {"steps", std::move(steps)},
          {"dwellMs", plan.dwell.count()},
          {"gates", GatesJson(plan.gates)},
          {"deadlineMs", plan.deadline.count()},
          {"convergenceMs", plan.convergence.count()},
          {"onFailure", plan.on_failure == OnFailure::kPause ? "pause" : "revert"},
          {"abortOnDisconnect", plan.abort_on_disconnect}};
}

absl::StatusOr<ShiftPlan> PlanFromJson(absl::string_view text) {
  const auto json = ParseJson(text);
  if (!json.ok()) return Annotate(json.status(), kShape);
  const auto object = JsonObject::Of(*json, "");
  if (!object.ok()) return Annotate(object.status(), kShape);
  RETURN_IF_ERROR(object->Allow(PlanKeys()));
  return ReadPlan(*object);
}

std::string PlanToJson(const ShiftPlan& plan) { return DumpJson(PlanJson(plan)); }

}  // namespace heddle::namerd
