#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "namerd/shift/plan_json.h"
#include "namerd/shift/shift.h"
#include "namerd/store/etag.h"

namespace heddle::namerd {
namespace {

using nlohmann::json;
using Json = nlohmann::ordered_json;

std::string ShowTime(int64_t ms) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMillis(ms), absl::UTCTimeZone());
}

Json SideJson(const SideSummary& side) {
  return {{"requests", side.requests}, {"successes", side.successes}, {"successRate", side.SuccessRate()},
          {"failures", side.failures}, {"p50Ms", side.p50_ms},        {"p95Ms", side.p95_ms},
          {"p99Ms", side.p99_ms}};
}

Json TrafficJson(const std::optional<ShiftTraffic>& traffic) {
  if (!traffic.has_value()) return nullptr;
  return {{"from", SideJson(traffic->from)}, {"to", SideJson(traffic->to)}};
}

std::vector<std::string> FirstOf(std::vector<std::string> ids) {
  ids.resize(std::min(ids.size(), kMaxNamed));
  return ids;
}

Json ConvergenceJson(const std::optional<Convergence>& convergence) {
  if (!convergence.has_value()) return nullptr;
  return {{"following", convergence->following},
          {"applied", convergence->applied},
          {"behind", FirstOf(convergence->behind)},
          {"gone", FirstOf(convergence->gone)},
          {"tookMs", convergence->took.count()}};
}

bool IsUndone(ShiftPhase phase) {
  return phase == ShiftPhase::kReverted || phase == ShiftPhase::kAborted || phase == ShiftPhase::kExpired;
}

Json PercentAt(const ShiftPlan& plan, size_t step, bool undone) {
  if (undone) return 0;
  return step < plan.steps.size() ? ShortNumber(plan.steps[step].percent) : Json(100);
}

Json TransitionJson(const ShiftPlan& plan, const ShiftTransition& transition) {
  Json json = {{"time", ShowTime(transition.time_ms)},
               {"phase", PhaseName(transition.phase)},
               {"step", transition.step},
               {"percent", PercentAt(plan, transition.step, IsUndone(transition.phase))},
               {"reason", transition.reason}};
  if (!transition.destination.empty()) json["destination"] = transition.destination;
  if (transition.dtab_version > 0) json["dtabVersion"] = transition.dtab_version;
  if (transition.convergence.has_value()) json["convergence"] = ConvergenceJson(transition.convergence);
  if (transition.traffic.has_value()) json["traffic"] = TrafficJson(transition.traffic);
  return json;
}

// Reading back.

absl::Status ReadTime(const JsonObject& object, const char* key, int64_t* out) {
  constexpr int64_t kYear10000 = 253'402'300'800'000;
  std::string text, error;
  absl::Time time;
  RETURN_IF_ERROR(object.Read(key, &text));
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", object.PlaceOf(key), "\" is no time"));
  }
  *out = absl::ToUnixMillis(time);
  if (*out >= 0 && *out < kYear10000) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("\"", object.PlaceOf(key), "\" is out of range"));
}

absl::Status ReadPhase(const JsonObject& object, const char* key, ShiftPhase* out) {
  std::string name;
  RETURN_IF_ERROR(object.Read(key, &name));
  const auto phase = PhaseOf(name);
  if (!phase.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", object.PlaceOf(key), "\" is no phase"));
  }
  *out = *phase;
  return absl::OkStatus();
}

absl::Status ReadSide(const JsonObject& traffic, const char* key, SideSummary* out) {
  const json* value = traffic.Find(key);
  if (value == nullptr) return traffic.Missing(key, "an object");
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::Of(*value, traffic.PlaceOf(key)));
  RETURN_IF_ERROR(object.Read("requests", &out->requests));
  RETURN_IF_ERROR(object.Read("successes", &out->successes));
  RETURN_IF_ERROR(object.Read("p50Ms", &out->p50_ms));
  RETURN_IF_ERROR(object.Read("p95Ms", &out->p95_ms));
  RETURN_IF_ERROR(object.Read("p99Ms", &out->p99_ms));
  const json* failures = object.Find("failures");
  if (failures == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const JsonObject kinds, JsonObject::Of(*failures, object.PlaceOf("failures")));
  for (const auto& item : failures->items()) {
    RETURN_IF_ERROR(kinds.Read(item.key().c_str(), &out->failures[item.key()]));
  }
  return absl::OkStatus();
}

absl::Status ReadTraffic(const JsonObject& parent, const char* key, std::optional<ShiftTraffic>* out) {
  const json* value = parent.Find(key);
  if (value == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::Of(*value, parent.PlaceOf(key)));
  out->emplace();
  RETURN_IF_ERROR(ReadSide(object, "from", &(*out)->from));
  return ReadSide(object, "to", &(*out)->to);
}

absl::Status ReadIds(const JsonObject& object, const char* key, std::vector<std::string>* out) {
  const json* ids = object.Find(key);
  if (ids == nullptr) return absl::OkStatus();
  const bool all_text = std::all_of(ids->begin(), ids->end(), [](const json& id) { return id.is_string(); });
  if (!ids->is_array() || !all_text) {
    return absl::InvalidArgumentError(absl::StrCat("\"", object.PlaceOf(key), "\" is no list of ids"));
  }
  *out = ids->get<std::vector<std::string>>();
  return absl::OkStatus();
}

absl::Status ReadConvergence(const JsonObject& parent, std::optional<Convergence>* out) {
  const json* value = parent.Find("convergence");
  if (value == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::Of(*value, parent.PlaceOf("convergence")));
  Convergence& convergence = out->emplace();
  int64_t took_ms = 0;
  RETURN_IF_ERROR(object.Read("following", &convergence.following));
  RETURN_IF_ERROR(object.Read("applied", &convergence.applied));
  RETURN_IF_ERROR(ReadIds(object, "behind", &convergence.behind));
  RETURN_IF_ERROR(ReadIds(object, "gone", &convergence.gone));
  RETURN_IF_ERROR(object.Read("tookMs", &took_ms));
  convergence.took = Millis(took_ms);
  return absl::OkStatus();
}

absl::StatusOr<ShiftTransition> ReadTransition(const json& value, const std::string& place, size_t steps) {
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::Of(value, place));
  ShiftTransition transition;
  RETURN_IF_ERROR(ReadTime(object, "time", &transition.time_ms));
  RETURN_IF_ERROR(ReadPhase(object, "phase", &transition.phase));
  RETURN_IF_ERROR(object.Read("step", &transition.step));
  if (transition.step > steps) {
    return absl::InvalidArgumentError(absl::StrCat("\"", object.PlaceOf("step"), "\" is out of range"));
  }
  RETURN_IF_ERROR(object.Read("reason", &transition.reason));
  RETURN_IF_ERROR(object.Read("destination", &transition.destination));
  RETURN_IF_ERROR(object.Read("dtabVersion", &transition.dtab_version));
  RETURN_IF_ERROR(ReadConvergence(object, &transition.convergence));
  RETURN_IF_ERROR(ReadTraffic(object, "traffic", &transition.traffic));
  return transition;
}

absl::Status ReadTransitions(const JsonObject& object, Shift* shift) {
  const json* array = object.Find("transitions");
  if (array == nullptr || !array->is_array() || array->empty()) {
    return object.Missing("transitions", "a list that is not empty");
  }
  for (const json& value : *array) {
    ASSIGN_OR_RETURN(shift->transitions.emplace_back(),
                     ReadTransition(value, absl::StrCat("transitions[", shift->transitions.size(), "]"),
                                    shift->plan.steps.size()));
  }
  return absl::OkStatus();
}

absl::Status ReadRevertingTo(const JsonObject& object, std::optional<ShiftPhase>* out) {
  if (object.Find("revertingTo") == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(ReadPhase(object, "revertingTo", &out->emplace()));
  if (IsUndone(**out)) return absl::OkStatus();
  return absl::InvalidArgumentError("\"revertingTo\" is no phase that a shift is undone to");
}

absl::Status ReadOwnPlan(const JsonObject& object, ShiftPlan* out) {
  const json* plan = object.Find("plan");
  if (plan == nullptr) return object.Missing("plan", "an object");
  ASSIGN_OR_RETURN(const JsonObject plan_object, JsonObject::Of(*plan, "plan"));
  ASSIGN_OR_RETURN(*out, ReadPlan(plan_object));
  RETURN_IF_ERROR(object.Read("namespace", &out->ns));
  if (out->from.empty()) return plan_object.Missing("from", "a destination");
  return CheckPlan(*out);
}

absl::StatusOr<Shift> ReadShift(absl::string_view text) {
  ASSIGN_OR_RETURN(const json parsed, ParseJson(text));
  ASSIGN_OR_RETURN(const JsonObject object, JsonObject::Of(parsed, ""));
  Shift shift;
  RETURN_IF_ERROR(ReadOwnPlan(object, &shift.plan));
  if (object.Find("original") == nullptr) return object.Missing("original", "a destination");
  RETURN_IF_ERROR(object.Read("original", &shift.original));
  RETURN_IF_ERROR(object.Read("author", &shift.author));
  RETURN_IF_ERROR(object.Read("message", &shift.message));
  RETURN_IF_ERROR(ReadTime(object, "started", &shift.started_ms));
  RETURN_IF_ERROR(object.Read("id", &shift.id));
  RETURN_IF_ERROR(ReadRevertingTo(object, &shift.reverting_to));
  RETURN_IF_ERROR(object.Read("driver", &shift.driver));
  RETURN_IF_ERROR(object.Read("leaseMs", &shift.lease_ms));
  RETURN_IF_ERROR(object.Read("transitionsDropped", &shift.transitions_dropped));
  RETURN_IF_ERROR(ReadTraffic(object, "baseline", &shift.baseline));
  RETURN_IF_ERROR(ReadTransitions(object, &shift));
  return shift;
}

}  // namespace

std::string ShiftToJson(const Shift& shift, bool with_live) {
  const ShiftTransition& now = shift.now();
  const bool undone = IsUndone(now.phase) || shift.reverting_to.has_value();
  Json json = {{"namespace", shift.plan.ns}, {"prefix", shift.plan.prefix}, {"id", shift.id}};
  if (with_live) json["version"] = ETagOf(shift.version);
  json["phase"] = PhaseName(now.phase);
  json["over"] = IsOver(now.phase);
  json["step"] = now.step;
  json["steps"] = shift.plan.steps.size();
  json["percent"] = PercentAt(shift.plan, now.step, undone);
  json["rule"] = DestinationNow(shift);
  json["original"] = shift.original;
  json["revertingTo"] = shift.reverting_to.has_value() ? Json(PhaseName(*shift.reverting_to)) : Json();
  json["reason"] = now.reason;
  json["author"] = shift.author;
  json["message"] = shift.message;
  json["started"] = ShowTime(shift.started_ms);
  json["since"] = ShowTime(now.time_ms);
  if (with_live) json["dwellEnds"] = shift.dwell_ends_ms > 0 ? Json(ShowTime(shift.dwell_ends_ms)) : Json();
  json["plan"] = PlanJson(shift.plan);
  if (with_live) {
    json["traffic"] = TrafficJson(shift.now_traffic);
    json["convergence"] = ConvergenceJson(shift.now_convergence);
  }
  Json transitions = Json::array();
  for (const ShiftTransition& transition : shift.transitions) {
    transitions.push_back(TransitionJson(shift.plan, transition));
  }
  json["transitions"] = std::move(transitions);
  json["transitionsDropped"] = shift.transitions_dropped;
  json["driver"] = shift.driver;
  json["leaseMs"] = shift.lease_ms;
  json["baseline"] = TrafficJson(shift.baseline);
  return DumpJson(json);
}

absl::StatusOr<Shift> ShiftFromJson(absl::string_view text) {
  auto shift = ReadShift(text);
  if (shift.ok()) return shift;
  return absl::DataLossError(absl::StrCat("what is stored is no traffic shift: ", shift.status().message()));
}

}  // namespace heddle::namerd
