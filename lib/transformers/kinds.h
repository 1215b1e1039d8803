// The kinds of `transformers:` in a configuration, and how transformers are made of it.
#ifndef HEDDLE_LIB_TRANSFORMERS_KINDS_H_
#define HEDDLE_LIB_TRANSFORMERS_KINDS_H_

#include <memory>
#include <vector>

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "lib/transformers/transform.h"
#include "lib/transformers/transformer_config.h"

namespace heddle {

using TransformerConfigs = std::vector<std::unique_ptr<TransformerConfig>>;

// Reads the list under `transformers:` of a namer or an interpreter. Mistakes go to `errors`.
TransformerConfigs ReadTransformers(const std::vector<const ConfigNode*>& entries, ConfigErrors& errors);

// In their order. On the loop of `context.inet`.
Transformers MakeTransformers(const TransformerConfigs& configs, const TransformerContext& context);

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_KINDS_H_
