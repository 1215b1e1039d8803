// What starts a traffic shift, what is stored of one, and the one rule that it changes. The first byte says
// which:
//   p  a plan as JSON
//   d  a document
//   e  a line with a prefix, a line with a destination, then a dtab
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"
#include "namerd/shift/edit_rule.h"
#include "namerd/shift/shift.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/texts.h"

namespace heddle::fuzz {
namespace {

using namespace heddle::namerd;  // NOLINT

constexpr size_t kMaxBytes = 1 << 14;

void CheckEdit(const std::string& dtab, const std::string& prefix, const std::string& destination) {
  const auto original = DestinationOf(dtab, prefix);
  const auto changed = WithDestination(dtab, prefix, destination);
  if (!original.ok() || !ParseNameTree(destination).ok()) return;
  Check(changed.ok(), "a rule that is there can be changed", dtab);
  const auto rules = Dtab::Parse(*changed);
  Check(rules.ok(), "what was changed is a dtab", *changed);
  Check(rules->size() == Dtab::Parse(dtab)->size(), "the others are still there", *changed);
  const auto now = DestinationOf(*changed, prefix);
  Check(now.ok() || now.status().code() == absl::StatusCode::kInvalidArgument, "the rule is still there",
        *changed);
  if (now.ok()) Check(SameDestination(*now, destination), "what was set is read", *changed);
  Check(WithDestination(*changed, prefix, *original).value() == dtab, "the original comes back", *changed);
}

void CheckSteps(const ShiftPlan& plan) {
  const std::string dtab = absl::StrCat(plan.prefix, " => ", plan.from, "\n; /other => /rule");
  for (size_t step = 0; step < plan.steps.size(); ++step) {
    const std::string rule = DestinationAt(plan, step);
    const auto tree = ParseNameTree(rule);
    Check(tree.ok(), "the rule of a step is one", rule);
    CheckEdit(dtab, plan.prefix, rule);
  }
}

void CheckPlanText(absl::string_view text) {
  auto plan = PlanFromJson(text);
  if (!plan.ok()) {
    return Check(plan.status().code() == absl::StatusCode::kInvalidArgument, "a plan is read or refused");
  }
  const std::string json = PlanToJson(*plan);
  const auto again = PlanFromJson(json);
  Check(again.ok() && *again == *plan, "a plan that is written is read again", json);
  plan->ns = "internal";
  if (CheckPlan(*plan).ok() && !plan->from.empty()) CheckSteps(*plan);
}

void CheckDocument(absl::string_view text) {
  const auto shift = ShiftFromJson(text);
  if (!shift.ok()) {
    return Check(shift.status().code() == absl::StatusCode::kDataLoss, "a document is read or refused");
  }
  const std::string json = ShiftToJson(*shift, false);
  const auto again = ShiftFromJson(json);
  Check(again.ok(), "a document that is written is read", json);
  Check(ShiftToJson(*again, false) == json, "a document that is read is the one that was written", json);
  Check(ParseNameTree(DestinationNow(*shift)).ok() || DestinationNow(*shift) == shift->original,
        "the rule of a shift is one", json);
  CheckSteps(shift->plan);
}

void CheckEditText(absl::string_view text) {
  const size_t first = text.find('\n');
  const size_t second = first == absl::string_view::npos ? first : text.find('\n', first + 1);
  if (second == absl::string_view::npos) return;
  CheckEdit(std::string(text.substr(second + 1)), std::string(text.substr(0, first)),
            std::string(text.substr(first + 1, second - first - 1)));
}

}  // namespace
}  // namespace heddle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heddle::fuzz;  // NOLINT
  if (size == 0 || size > kMaxBytes) return 0;
  const absl::string_view text = TextOf(data + 1, size - 1);
  switch (data[0]) {
    case 'p':
      CheckPlanText(text);
      break;
    case 'd':
      CheckDocument(text);
      break;
    case 'e':
      CheckEditText(text);
      break;
    default:
      break;
  }
  return 0;
}
