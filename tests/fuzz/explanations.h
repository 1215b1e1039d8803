// What holds for every explanation of a name.
#ifndef HEDDLE_TESTS_FUZZ_EXPLANATIONS_H_
#define HEDDLE_TESTS_FUZZ_EXPLANATIONS_H_

#include <cstddef>

#include "lib/naming/interpreter.h"

namespace heddle::fuzz {

// Explains `path` plainly and in detail: both come at once unless something is pending, both are JSON, the
// detail only adds to the plain form, and the shares of the clients in it are those of the tree that the name
// is bound to. Returns the length of the longer of the two, 0 if there is none: what it all costs goes by
// that.
size_t CheckExplanations(Interpreter& interpreter, const Dtab& local, const Path& path, bool may_wait,
                         const Activity<Binding>& binding);

}  // namespace heddle::fuzz

#endif  // HEDDLE_TESTS_FUZZ_EXPLANATIONS_H_
