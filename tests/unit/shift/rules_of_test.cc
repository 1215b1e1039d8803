#include "namerd/shift/rules_of.h"

#include <catch2/catch.hpp>

namespace heddle::namerd {
namespace {

TEST_CASE("The rules of a text are read once for all who ask for them in a row") {
  const SharedRules rules = *RulesOf("/a => /b ; /c => /d");
  REQUIRE(rules->size() == 2);
  CHECK((*rules)[1].rule.Show() == "/c=>/d");
  CHECK(*RulesOf("/a => /b ; /c => /d") == rules);
  const SharedRules other = *RulesOf("/a => /b");
  CHECK(other->size() == 1);
  CHECK(rules->size() == 2);
  CHECK(RulesOf("")->get()->empty());
}

TEST_CASE("A text that is no dtab is an error each time, and takes nobody's place") {
  const SharedRules rules = *RulesOf("/a => /b");
  for (int i = 0; i < 2; ++i) CHECK(absl::IsInvalidArgument(RulesOf("/a =>").status()));
  CHECK(*RulesOf("/a => /b") == rules);
}

}  // namespace
}  // namespace heddle::namerd
