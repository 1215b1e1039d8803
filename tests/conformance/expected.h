// `expect` of a case, of which every member has to be looked at.
#ifndef HEDDLE_TESTS_CONFORMANCE_EXPECTED_H_
#define HEDDLE_TESTS_CONFORMANCE_EXPECTED_H_

#include <set>
#include <string>

#include "tests/conformance/verdict.h"

namespace heddle::conformance {

class Expected {
 public:
  // Both outlive it.
  Expected(const Json& expect, Verdict* verdict) : expect_(expect), verdict_(verdict) {}

  // nullptr without such a member.
  const Json* Find(const std::string& key) {
    seen_.insert(key);
    const auto at = expect_.find(key);
    return at == expect_.end() ? nullptr : &*at;
  }
  bool Has(const std::string& key) { return Find(key) != nullptr; }
  // Fails for the members that nobody has looked at.
  void Finish() {
    for (const auto& item : expect_.items()) {
      if (!seen_.contains(item.key()))
        verdict_->Fail("expects " + item.key() + ", which this runner does not know here");
    }
  }
  Verdict& verdict() { return *verdict_; }

 private:
  const Json& expect_;
  Verdict* verdict_;
  std::set<std::string> seen_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_EXPECTED_H_
