// How a fuzzer says that something is wrong.
#ifndef HEDDLE_TESTS_FUZZ_CHECK_H_
#define HEDDLE_TESTS_FUZZ_CHECK_H_

#include <cstdlib>
#include <iostream>

#include "absl/strings/string_view.h"

namespace heddle::fuzz {

// Ends the program: libFuzzer then keeps the input. `what` is the property that does not hold, `detail` with
// what.
[[noreturn]] inline void Fail(absl::string_view what, absl::string_view detail = "") {
  std::cerr << "NOT SO: " << what << "\n" << detail << std::endl;
  std::abort();
}

inline void Check(bool holds, absl::string_view what, absl::string_view detail = "") {
  if (!holds) Fail(what, detail);
}

}  // namespace heddle::fuzz

#endif  // HEDDLE_TESTS_FUZZ_CHECK_H_
