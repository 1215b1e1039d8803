#include "lib/transformers/port_transformer.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/transformers/addr_transformer.h"

namespace heddle {

std::unique_ptr<TransformerConfig> PortTransformerConfig::Read(ObjectReader& reader) {
  auto config = std::make_unique<PortTransformerConfig>();
  reader.Required("port", &config->port, 1, 65535);
  config->prefix = Path{"%", "io.l5d.port", absl::StrCat(config->port)};
  return config;
}

std::shared_ptr<Transformer> PortTransformerConfig::Make(const TransformerContext&) const {
  MappedAddrs on_port([port = port](const Addr& addr, const Addr&) {
    std::vector<Endpoint> endpoints = *addr.endpoints;
    for (Endpoint& endpoint : endpoints) endpoint.address.set_port(port);
    return Addr::Bound(std::move(endpoints), addr.meta);
  });
  return std::make_shared<AddrTransformer>("DelegatingNameTreeTransformer$", prefix, std::move(on_port));
}

}  // namespace heddle
