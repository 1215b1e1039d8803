// Transformers applied to trees and to namers.
#ifndef HEDDLE_LIB_TRANSFORMERS_TRANSFORM_H_
#define HEDDLE_LIB_TRANSFORMERS_TRANSFORM_H_

#include <memory>

#include "lib/naming/bound.h"
#include "lib/naming/namer.h"
#include "lib/naming/transformer.h"

namespace heddle {

// `tree` as `transformers`, one after the other, make it.
BoundTree TransformTree(const Transformers& transformers, BoundTree tree);

// A namer whose answers are transformed, but for those with a path in them that is to be looked up again, as
// in Linkerd. Gives `namer` back if there are no transformers. On the loop of `namer`; watches it gave stay
// valid without it.
std::shared_ptr<Namer> TransformNamer(std::shared_ptr<Namer> namer, Transformers transformers);

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_TRANSFORM_H_
