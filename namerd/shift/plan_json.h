// A plan as a part of other JSON. For namerd/shift alone.
#ifndef HEDDLE_NAMERD_SHIFT_PLAN_JSON_H_
#define HEDDLE_NAMERD_SHIFT_PLAN_JSON_H_

#include "namerd/shift/json_object.h"
#include "namerd/shift/plan.h"

namespace heddle::namerd {

nlohmann::ordered_json PlanJson(const ShiftPlan& plan);
absl::StatusOr<ShiftPlan> ReadPlan(const JsonObject& object);

// 10, not 10.0.
nlohmann::ordered_json ShortNumber(double number);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_PLAN_JSON_H_
