#include "namerctl/client/shift_view.h"

#include "namerctl/client/json_fields.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::json;

SideView SideOf(const Json& json) {
  SideView side;
  side.requests = CountOf(json, "requests");
  side.success_rate = NumberOf(json, "successRate");
  side.p50_ms = NumberOf(json, "p50Ms");
  side.p95_ms = NumberOf(json, "p95Ms");
  side.p99_ms = NumberOf(json, "p99Ms");
  for (const auto& [kind, count] : FieldOf(json, "failures").items()) {
    if (count.is_number_unsigned()) side.failures[kind] = count.get<uint64_t>();
  }
  return side;
}

std::optional<TrafficView> TrafficOf(const Json& json) {
  const Json& traffic = FieldOf(json, "traffic");
  if (!traffic.is_object()) return std::nullopt;
  return TrafficView{SideOf(FieldOf(traffic, "from")), SideOf(FieldOf(traffic, "to"))};
}

std::optional<ConvergenceView> ConvergenceOf(const Json& json) {
  const Json& convergence = FieldOf(json, "convergence");
  if (!convergence.is_object()) return std::nullopt;
  return ConvergenceView{CountOf(convergence, "following"), CountOf(convergence, "applied"),
                         TextsOf(convergence, "behind"), MillisOf(convergence, "tookMs")};
}

TransitionView TransitionOf(const Json& json) {
  TransitionView transition;
  transition.time = TextOf(json, "time");
  transition.phase = TextOf(json, "phase");
  transition.step = CountOf(json, "step");
  transition.percent = NumberOf(json, "percent");
  transition.reason = TextOf(json, "reason");
  transition.convergence = ConvergenceOf(json);
  transition.traffic = TrafficOf(json);
  return transition;
}

std::optional<double> GivenNumber(const Json& object, const char* key) {
  if (!FieldOf(object, key).is_number()) return std::nullopt;
  return NumberOf(object, key);
}

std::optional<Millis> GivenMillis(const Json& object, const char* key) {
  const Millis millis = MillisOf(object, key);
  if (millis == Millis(0)) return std::nullopt;
  return millis;
}

ShiftPlan PlanOf(const Json& json) {
  ShiftPlan plan;
  plan.prefix = TextOf(json, "prefix");
  plan.from = TextOf(json, "from");
  plan.to = TextOf(json, "to");
  for (const Json& step : FieldOf(json, "steps")) {
    plan.steps.push_back(
        {step.is_number() ? step.get<double>() : NumberOf(step, "percent"), IsTrue(step, "manual")});
  }
  plan.dwell = GivenMillis(json, "dwellMs");
  plan.deadline = GivenMillis(json, "deadlineMs");
  plan.convergence = GivenMillis(json, "convergenceMs");
  const Json& gates = FieldOf(json, "gates");
  plan.min_success_rate = GivenNumber(gates, "minSuccessRate");
  plan.min_relative_success_rate = GivenNumber(gates, "minRelativeSuccessRate");
  plan.max_p99 = GivenMillis(gates, "maxP99Ms");
  plan.max_relative_p99 = GivenNumber(gates, "maxRelativeP99");
  if (const uint64_t requests = CountOf(gates, "minRequests")) plan.min_requests = requests;
  plan.on_failure = TextOf(json, "onFailure");
  plan.abort_on_disconnect = IsTrue(json, "abortOnDisconnect");
  return plan;
}

absl::StatusOr<ShiftView> ShiftOf(const Json& json) {
  if (!json.is_object() || !json.contains("phase") || !json.contains("plan")) {
    return absl::InternalError(
        "the answer is no traffic shift: is the base URL that of a Heddle namerd that runs shifts?");
  }
  ShiftView shift;
  shift.id = CountOf(json, "id");
  shift.version = TextOf(json, "version");
  shift.phase = TextOf(json, "phase");
  shift.over = IsTrue(json, "over");
  shift.step = CountOf(json, "step");
  shift.steps = CountOf(json, "steps");
  shift.percent = NumberOf(json, "percent");
  shift.rule = TextOf(json, "rule");
  shift.original = TextOf(json, "original");
  shift.reverting_to = TextOf(json, "revertingTo");
  shift.reason = TextOf(json, "reason");
  shift.author = TextOf(json, "author");
  shift.message = TextOf(json, "message");
  shift.started = TextOf(json, "started");
  shift.since = TextOf(json, "since");
  shift.dwell_ends = TextOf(json, "dwellEnds");
  shift.plan = PlanOf(FieldOf(json, "plan"));
  shift.plan.ns = TextOf(json, "namespace");
  if (shift.plan.prefix.empty()) shift.plan.prefix = TextOf(json, "prefix");
  shift.traffic = TrafficOf(json);
  shift.convergence = ConvergenceOf(json);
  for (const Json& transition : FieldOf(json, "transitions")) {
    shift.transitions.push_back(TransitionOf(transition));
  }
  return shift;
}

}  // namespace

absl::StatusOr<ShiftView> ParseShift(absl::string_view json) {
  ASSIGN_OR_RETURN(ShiftView shift, ShiftOf(Json::parse(json.begin(), json.end(), nullptr, false)));
  shift.json = std::string(json);
  return shift;
}

absl::StatusOr<std::vector<ShiftView>> ParseShifts(absl::string_view json) {
  const Json list = Json::parse(json.begin(), json.end(), nullptr, false);
  if (!list.is_array())
    return absl::InternalError("the answer is no list of traffic shifts: is the base URL right?");
  std::vector<ShiftView> shifts;
  for (const Json& item : list) {
    ASSIGN_OR_RETURN(ShiftView shift, ShiftOf(item));
    shift.json = item.dump(-1, ' ', false, Json::error_handler_t::replace);
    shifts.push_back(std::move(shift));
  }
  return shifts;
}

}  // namespace heddle::namerctl
