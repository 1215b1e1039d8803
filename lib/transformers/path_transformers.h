// io.l5d.replace and io.l5d.const: another client altogether.
// Source: io.buoyant.namer.ReplaceTransformer, ConstTransformer.
#ifndef HEDDLE_LIB_TRANSFORMERS_PATH_TRANSFORMERS_H_
#define HEDDLE_LIB_TRANSFORMERS_PATH_TRANSFORMERS_H_

#include <memory>

#include "lib/config/object_reader.h"
#include "lib/transformers/transformer_config.h"

namespace heddle {

// Every client becomes what `path` leads to; ~, ! and $ stay. The id of the client is the prefix and `path`,
// the residual that of `path`. Default prefix: /%/io.l5d.replace.
struct ReplaceTransformerConfig : TransformerConfig {
  Path path;  // required; leads to a client by the names under /$/ alone (global_path.h)

  static std::unique_ptr<TransformerConfig> Read(ObjectReader& reader);
  std::shared_ptr<Transformer> Make(const TransformerContext& context) const override;
};

// The same, and every known tree does, ~ as well. Default prefix: /%/io.l5d.const.
struct ConstTransformerConfig : TransformerConfig {
  Path path;

  static std::unique_ptr<TransformerConfig> Read(ObjectReader& reader);
  std::shared_ptr<Transformer> Make(const TransformerContext& context) const override;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_PATH_TRANSFORMERS_H_
