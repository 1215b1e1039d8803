// io.l5d.localhost and io.l5d.specificHost: only the endpoints of one host.
// Source: io.buoyant.transformer.perHost.
#ifndef HEDDLE_LIB_TRANSFORMERS_HOST_TRANSFORMERS_H_
#define HEDDLE_LIB_TRANSFORMERS_HOST_TRANSFORMERS_H_

#include <memory>
#include <string>

#include "lib/config/object_reader.h"
#include "lib/transformers/transformer_config.h"

namespace heddle {

// The endpoints at the addresses that this host has when the transformer is made. Default prefix:
// /%/io.l5d.localhost.
struct LocalhostTransformerConfig : TransformerConfig {
  static std::unique_ptr<TransformerConfig> Read(ObjectReader& reader);
  std::shared_ptr<Transformer> Make(const TransformerContext& context) const override;
};

// The endpoints at the addresses of `host`. (Linkerd resolves a name once, to its first address; here it
// is followed, and all its addresses count.) Default prefix: /%/io.l5d.specificHost.
struct SpecificHostTransformerConfig : TransformerConfig {
  std::string host;  // required; an address, or a name for DNS

  static std::unique_ptr<TransformerConfig> Read(ObjectReader& reader);
  std::shared_ptr<Transformer> Make(const TransformerContext& context) const override;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_HOST_TRANSFORMERS_H_
