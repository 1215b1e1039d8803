// Transformers change the clients that a name leads to: another port, only the addresses of this host,
// another client altogether. Source: io.buoyant.namer.NameTreeTransformer.
#ifndef HEDDLE_LIB_NAMING_TRANSFORMER_H_
#define HEDDLE_LIB_NAMING_TRANSFORMER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/naming/bound.h"

namespace heddle {

// All calls on the loop that owns the interpreter or namer it belongs to; nothing blocks.
class Transformer {
 public:
  virtual ~Transformer() = default;

  // As explanations show it.
  virtual const std::string& name() const = 0;

  // What `client` becomes. A client whose endpoints are changed or filtered is a leaf with the transformer's
  // prefix (/%/io.l5d.port/4140) before the id, the same residual, and an Addr that follows the client's own
  // while somebody subscribes to it. While a client's Addr watch is held, transforming that client gives the
  // same watch again. A filter that leaves no endpoint of some gives an absent Addr, so that an alternate is
  // tried.
  virtual BoundTree TransformClient(const BoundName& client) = 0;

  // What every known tree becomes, ~ and ! included; nullopt: trees keep their shape, and each client is
  // transformed.
  virtual std::optional<BoundTree> ReplacesTree() const { return std::nullopt; }
};

// In the order in which they are applied: the prefix of the last one is the outermost.
using Transformers = std::vector<std::shared_ptr<Transformer>>;

// What the last transformer that replaces whole trees puts in their place, and the transformer after it. What
// comes before does not matter.
struct Replacement {
  BoundTree tree;
  size_t next;
};
std::optional<Replacement> LastReplacement(const Transformers& transformers);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_TRANSFORMER_H_
