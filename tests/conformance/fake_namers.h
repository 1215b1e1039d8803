// Namers that answer at once from what a case says, without files, DNS or a loop.
#ifndef HEDDLE_TESTS_CONFORMANCE_FAKE_NAMERS_H_
#define HEDDLE_TESTS_CONFORMANCE_FAKE_NAMERS_H_

#include <vector>

#include "lib/naming/namer.h"
#include "tests/conformance/verdict.h"

namespace heddle::conformance {

// inet, and what the members "fs", "error_namer" and "namers" of a case ask for.
std::vector<PrefixedNamer> NamersOf(const Json& test);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_FAKE_NAMERS_H_
