// What came of one case.
#ifndef HEDDLE_TESTS_CONFORMANCE_VERDICT_H_
#define HEDDLE_TESTS_CONFORMANCE_VERDICT_H_

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace heddle::conformance {

using Json = nlohmann::ordered_json;

// Collects what is wrong with a case. A check that only holds by one of the deviations that are checked by
// rule (deviations.json) notes the rule instead.
class Verdict {
 public:
  enum class Kind { kPassed, kDeviates, kFailed, kNotRun };

  // Notes that `ours` is not as `expected`.
  void Differs(absl::string_view what, absl::string_view expected, absl::string_view ours);
  void Fail(absl::string_view reason) { reasons_.push_back(context_ + std::string(reason)); }
  void Deviate(std::string rule) { rules_.insert(std::move(rule)); }
  // `why`: the same words for all cases of a kind, which are counted together.
  void NotRun(std::string why) { not_run_ = std::move(why); }
  // Goes before the reasons that follow: "step 3: ".
  void SetContext(std::string context) { context_ = std::move(context); }

  void Check(absl::string_view what, const Json& expected, const Json& ours);
  // Names, trees and dtabs as text; rule "weight_precision" allows more decimals in weights.
  void CheckShown(absl::string_view what, const Json& expected, const std::string& ours);

  Kind kind() const;
  std::string reason() const;
  const std::set<std::string>& rules() const { return rules_; }
  const std::string& not_run() const { return not_run_; }

 private:
  std::vector<std::string> reasons_;
  std::set<std::string> rules_;
  std::string not_run_;
  std::string context_;
};

// `text` with every weight rounded half up to two decimals, as Linkerd 1.x prints them.
std::string RoundWeights(absl::string_view text);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_VERDICT_H_
