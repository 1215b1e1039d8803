// What a binding comes to step by step is what it would be if it were evaluated afresh.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/naming/random_naming.h"
#include "tests/unit/naming/transformer_doubles.h"

namespace heddle {
namespace {

// What may be seen of `path` in a naming that has a past, given how it looks afresh.
void CheckAgainstFresh(const Activity<Binding>& ours, const Activity<Binding>& fresh) {
  if (fresh.pending()) {
    CHECK((ours.pending() || (ours.value.has_value() && ours.value->settling)));
    return;
  }
  CHECK(ours.error == fresh.error);
  if (ours.value.has_value()) CHECK_FALSE(ours.value->settling);
  if (!fresh.value.has_value()) return;  // the last tree may be there or not
  REQUIRE(ours.value.has_value());
  CHECK(Bound::Show(ours) == Bound::Show(fresh));
}

void RunSteps(unsigned seed, const Transformers& transformers, int steps) {
  RandomNaming random(seed);
  Naming naming(transformers);
  const Dtab local = random.Rules();
  std::vector<Dentry> rules = random.Rules(8);
  naming.Rules(Dtab(rules));
  std::vector<std::unique_ptr<Bound>> bound;
  for (const char* path : RandomNaming::kPaths) {
    bound.push_back(std::make_unique<Bound>(naming.interpreter, path));
    bound.push_back(std::make_unique<Bound>(naming.interpreter, path, local));
  }
  for (int step = 0; step < steps; ++step) {
    if (random.Below(2) == 0) {
      random.Edit(&rules);
      naming.Rules(Dtab(rules));
    } else {
      random.ChangeNamer(*naming.namer, /*pending=*/true);
    }
    LocalInterpreter afresh(naming.dtab, {naming.namer->Prefixed(naming.namer)}, transformers);
    size_t i = 0;
    for (const char* path : RandomNaming::kPaths) {
      INFO("seed " << seed << ", step " << step << ", " << path << "\n" << Dtab(rules).Show());
      CheckAgainstFresh(bound[i++]->Get(), Bound(afresh, path).Get());
      CheckAgainstFresh(bound[i++]->Get(), Bound(afresh, path, local).Get());
    }
  }
  bound.clear();
  CHECK(naming.namer->followed() == 0);
}

TEST_CASE("After any changes a binding is what it would be afresh") {
  for (unsigned seed = 1; seed <= 12; ++seed) RunSteps(seed, {}, 60);
}

TEST_CASE("So it is with transformers") {
  for (unsigned seed = 101; seed <= 104; ++seed) RunSteps(seed, {AtLeast(2), Renamer("one")}, 60);
}

}  // namespace
}  // namespace heddle
