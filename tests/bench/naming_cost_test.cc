// That the cost of naming does not grow with the number of names: in counts, so that no clock is needed.
#include <catch2/catch.hpp>

#include "tests/bench/naming_world.h"

namespace heddle::bench {
namespace {

constexpr size_t kNames = 1000;

TEST_CASE("A rule that touches one name of a thousand evaluates that one") {
  BoundNames names(kNames, Rules(10));
  const uint64_t evaluations = names.interpreter().evaluations();
  const uint64_t updates = names.updates();
  CHECK(updates == kNames);

  std::vector<Dentry> rules = Rules(10);
  rules.push_back(
      {Prefix(Path{"host", "name-500"}), NameTree<Path>::Leaf(EveryName::Prefix().Concat("other"))});
  names.SetRules(rules);
  CHECK(names.interpreter().evaluations() == evaluations + 1);
  CHECK(names.updates() == updates + 1);

  rules.pop_back();
  names.SetRules(rules);
  CHECK(names.interpreter().evaluations() == evaluations + 2);
  CHECK(names.updates() == updates + 2);
}

TEST_CASE("A rule for a name that nobody follows evaluates nothing") {
  BoundNames names(kNames, Rules(10));
  const uint64_t evaluations = names.interpreter().evaluations();
  names.SetRules(Rules(100, kNames));
  CHECK(names.interpreter().evaluations() == evaluations + 8);  // the first table had rules for eight names
  CHECK(names.updates() == kNames);                             // which lead where they led
}

// Where there is a choice, an empty set is passed over; these names have none.
TEST_CASE("Endpoints of a thousand names come and go without an evaluation") {
  BoundNames names(kNames, Rules(2));
  const uint64_t evaluations = names.interpreter().evaluations();
  for (size_t i = 0; i < kNames; ++i)
    names.namer().AddrOf(NameOf(i)[1])->Set(EveryName::WithEndpoints(i % 3));
  CHECK(names.interpreter().evaluations() == evaluations);
  CHECK(names.updates() == kNames);
}

TEST_CASE("A path of a table of ten thousand rules matches its own rules only") {
  const Dtab dtab(Rules(10000));
  CHECK(dtab.Matches(Path{"host", "name-9000"}).size() == 2);
  CHECK(dtab.Matches(NameOf(9000)).size() == 1);
}

}  // namespace
}  // namespace heddle::bench
