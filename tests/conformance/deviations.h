// deviations.json: what is decided to be other than in the vectors.
#ifndef HEDDLE_TESTS_CONFORMANCE_DEVIATIONS_H_
#define HEDDLE_TESTS_CONFORMANCE_DEVIATIONS_H_

#include <map>
#include <optional>
#include <string>

#include "tests/conformance/verdict.h"

namespace heddle::conformance {

class Deviations {
 public:
  // Empty if every entry says where it holds, what we do and why; else what is wrong.
  static std::string MistakeIn(const Json& json);

  explicit Deviations(const Json& json);  // REQUIRES: MistakeIn(json) is empty

  bool HasRule(const std::string& rule) const { return rules_.contains(rule); }
  // `test` as it is decided: "instead" of its entry replaces members of "expect". nullopt without an entry.
  std::optional<Json> Decided(const std::string& id, const Json& test) const;

 private:
  std::map<std::string, Json> rules_;
  std::map<std::string, Json> cases_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_DEVIATIONS_H_
