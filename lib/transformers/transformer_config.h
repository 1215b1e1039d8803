// What every kind of transformer has in common: how it is made of its configuration.
#ifndef HEDDLE_LIB_TRANSFORMERS_TRANSFORMER_CONFIG_H_
#define HEDDLE_LIB_TRANSFORMERS_TRANSFORMER_CONFIG_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/socket_address.h"
#include "lib/dtab/path.h"
#include "lib/naming/namer.h"
#include "lib/naming/transformer.h"
#include "lib/transformers/local_addresses.h"

namespace heddle {

// What every transformer is made with.
struct TransformerContext {
  // Answers for /$/inet: how hosts are resolved, and what const and replace lead to. Never null.
  std::shared_ptr<Namer> inet;
  // The addresses of this host.
  std::function<absl::StatusOr<std::vector<SocketAddress>>()> local_addresses = LocalAddresses;
};

// One entry of `transformers:`, read and checked. What the kinds share:
//   kind    required
//   prefix  optional, a path that stands before the ids of the clients it changes; "/%" is put before it
//   unless
//           it begins so. Default: /%/<kind>, and what the kind adds
class TransformerConfig {
 public:
  virtual ~TransformerConfig() = default;
  virtual std::shared_ptr<Transformer> Make(const TransformerContext& context) const = 0;
  Path prefix;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_TRANSFORMER_CONFIG_H_
