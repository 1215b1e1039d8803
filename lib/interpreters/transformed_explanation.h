// Explanations of names that another process bound, with what transformers make of its clients.
#ifndef HEDDLE_LIB_INTERPRETERS_TRANSFORMED_EXPLANATION_H_
#define HEDDLE_LIB_INTERPRETERS_TRANSFORMED_EXPLANATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/naming/transformer.h"

namespace heddle {

// `json` is that of Interpreter::Explain; so is the result, where every leaf is a transformation, one inside
// the other for several transformers, with the leaf's other members in both. Where a transformer replaces
// whole trees, what ended without a client leads on to that one. InvalidArgument if `json` is no explanation.
absl::StatusOr<std::string> TransformExplanation(const Transformers& transformers, absl::string_view json);

}  // namespace heddle

#endif  // HEDDLE_LIB_INTERPRETERS_TRANSFORMED_EXPLANATION_H_
