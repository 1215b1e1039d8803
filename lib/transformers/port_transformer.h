// io.l5d.port: every endpoint on another port, such as that of the proxy on the endpoint's host.
// Source: io.buoyant.transformer.perHost.PortTransformer.
#ifndef HEDDLE_LIB_TRANSFORMERS_PORT_TRANSFORMER_H_
#define HEDDLE_LIB_TRANSFORMERS_PORT_TRANSFORMER_H_

#include <cstdint>
#include <memory>

#include "lib/config/object_reader.h"
#include "lib/transformers/transformer_config.h"

namespace heddle {

// Endpoints that become equal are one endpoint. Default prefix: /%/io.l5d.port/<port>.
struct PortTransformerConfig : TransformerConfig {
  uint16_t port = 0;  // required, 1 to 65535

  static std::unique_ptr<TransformerConfig> Read(ObjectReader& reader);
  std::shared_ptr<Transformer> Make(const TransformerContext& context) const override;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_PORT_TRANSFORMER_H_
