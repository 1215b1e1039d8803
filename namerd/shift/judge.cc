#include "namerd/shift/judge.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace heddle::namerd {
namespace {

// Rounded down, so that a rate below a gate is never shown as the gate.
std::string ShowRate(double rate) {
  std::string text = absl::StrFormat("%.4f", std::floor(rate * 1e4 + 1e-6) / 1e4);
  text.erase(text.find_last_not_of('0') + 1);
  return text.back() == '.' ? text + "0" : text;
}

std::string Of(const SideSummary& side) {
  return absl::StrCat("(", side.successes, " of ", side.requests, " requests)");
}

// The old side as relative gates see it: of this dwell if it had enough requests, else of an earlier one;
// null if there is none.
const SideSummary* OldSide(const ShiftPlan& plan, const ShiftTraffic& traffic, const SideSummary* baseline) {
  if (traffic.from.requests >= std::max<uint64_t>(1, plan.gates.min_requests)) return &traffic.from;
  if (baseline != nullptr && baseline->requests > 0) return baseline;
  return nullptr;
}

// Rates are fractions, gates decimals: 72 of 100 is not below 0.9 times 0.8, which is more by a rounding.
bool IsBelow(double value, double gate) { return value < gate - 1e-9 * (1 + gate); }
bool IsAbove(double value, double gate) { return value > gate + 1e-9 * (1 + gate); }

struct Interval {
  double low, high;
};

// Of a success rate. Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
// Inference" (Journal of the American Statistical Association 22, 1927). REQUIRES: requests > 0.
Interval Wilson(const SideSummary& side) {
  constexpr double z = 3;
  const auto n = static_cast<double>(side.requests);
  const double p = side.SuccessRate();
  const double middle = p + z * z / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {(middle - half) / scale, (middle + half) / scale};
}

// What is judged, one gate after the other.
class Judgement {
 public:
  Judgement(const ShiftPlan& plan, const ShiftTraffic& traffic, const SideSummary* baseline)
      : plan_(plan), to_(traffic.to), old_(OldSide(plan, traffic, baseline)) {}

  Verdict Run() {
    SuccessRate();
    RelativeSuccessRate();
    P99();
    RelativeP99();
    if (!failed_.empty()) return {Verdict::Kind::kFail, absl::StrJoin(failed_, "; ")};
    if (passed_.empty()) return {Verdict::Kind::kPass, "there are no gates"};
    return {Verdict::Kind::kPass, absl::StrJoin(passed_, "; ")};
  }

 private:
  void SuccessRate() {
    if (!plan_.gates.min_success_rate) return;
    const double least = *plan_.gates.min_success_rate;
    const bool ok = !IsBelow(to_.SuccessRate(), least);
    Add(ok, absl::StrCat("success rate ", ShowRate(to_.SuccessRate()), " of ", plan_.to,
                         ok ? " is at least " : " is below ", least, " ", Of(to_)));
  }
  void RelativeSuccessRate() {
    if (!plan_.gates.min_relative_success_rate) return;
    if (old_ == nullptr) return AddNoOldSide("success rate");
    const double factor = *plan_.gates.min_relative_success_rate;
    const bool ok = !IsBelow(to_.SuccessRate(), factor * old_->SuccessRate());
    Add(ok, absl::StrCat("success rate ", ShowRate(to_.SuccessRate()), " of ", plan_.to,
                         ok ? " is at least " : " is below ", factor, " times the ",
                         ShowRate(old_->SuccessRate()), " of ", plan_.from, " ", Of(to_)));
  }
  void P99() {
    if (!plan_.gates.max_p99) return;
    const auto most = static_cast<double>(plan_.gates.max_p99->count());
    const bool ok = !IsAbove(to_.p99_ms, most);
    Add(ok, absl::StrFormat("p99 of %s is %.1f ms, %s %.0f ms (%d requests)", plan_.to, to_.p99_ms,
                            ok ? "at most" : "above", most, to_.requests));
  }
  void RelativeP99() {
    if (!plan_.gates.max_relative_p99) return;
    // An old side whose requests took no time that can be measured says nothing of what is too long.
    if (old_ == nullptr || !(old_->p99_ms > 0)) return AddNoOldSide("p99");
    const double factor = *plan_.gates.max_relative_p99;
    const bool ok = !IsAbove(to_.p99_ms, factor * old_->p99_ms);
    Add(ok, absl::StrCat(absl::StrFormat("p99 of %s is %.1f ms, ", plan_.to, to_.p99_ms),
                         ok ? "at most " : "above ", factor,
                         absl::StrFormat(" times the %.1f ms of %s (%d requests)", old_->p99_ms, plan_.from,
                                         to_.requests)));
  }
  void AddNoOldSide(absl::string_view what) {
    passed_.push_back(absl::StrCat("there is no ", what, " of ", plan_.from, " to compare with"));
  }
  void Add(bool ok, std::string reason) { (ok ? passed_ : failed_).push_back(std::move(reason)); }

  const ShiftPlan& plan_;
  const SideSummary& to_;
  const SideSummary* const old_;
  std::vector<std::string> passed_, failed_;
};

}  // namespace

Verdict Judge(const ShiftPlan& plan, const ShiftTraffic& traffic, const SideSummary* baseline) {
  const uint64_t needed = std::max<uint64_t>(plan.gates.min_requests, plan.gates.any() ? 1 : 0);
  if (traffic.to.requests < needed) {
    return {Verdict::Kind::kTooFew,
            absl::StrCat(plan.to, " has had ", traffic.to.requests, " of at least ", needed, " requests",
                         traffic.from.requests == 0 ? absl::StrCat(", ", plan.from, " none") : "")};
  }
  return Judgement(plan, traffic, baseline).Run();
}

Verdict JudgeEarly(const ShiftPlan& plan, const ShiftTraffic& traffic, const SideSummary* baseline) {
  constexpr uint64_t kLeast = 20;
  const SideSummary& to = traffic.to;
  if (to.requests < std::max(kLeast, plan.gates.min_requests)) return {Verdict::Kind::kTooFew, ""};
  const double most = Wilson(to).high;
  const auto fail = [&](std::string gate) -> Verdict {
    return {Verdict::Kind::kFail,
            absl::StrCat("success rate ", ShowRate(to.SuccessRate()), " of ", plan.to, " is below ", gate,
                         " ", Of(to), ", beyond reasonable doubt before the dwell is over")};
  };
  if (plan.gates.min_success_rate && IsBelow(most, *plan.gates.min_success_rate)) {
    return fail(absl::StrCat(*plan.gates.min_success_rate));
  }
  const SideSummary* old = OldSide(plan, traffic, baseline);
  if (plan.gates.min_relative_success_rate && old != nullptr &&
      IsBelow(most, *plan.gates.min_relative_success_rate * Wilson(*old).low)) {
    return fail(absl::StrCat(*plan.gates.min_relative_success_rate, " times the ",
                             ShowRate(old->SuccessRate()), " of ", plan.from));
  }
  return {Verdict::Kind::kTooFew, ""};
}

}  // namespace heddle::namerd
