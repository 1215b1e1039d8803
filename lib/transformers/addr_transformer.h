// A transformer that changes the endpoints of a client.
#ifndef HEDDLE_LIB_TRANSFORMERS_ADDR_TRANSFORMER_H_
#define HEDDLE_LIB_TRANSFORMERS_ADDR_TRANSFORMER_H_

#include <string>
#include <utility>

#include "lib/naming/transformer.h"
#include "lib/transformers/mapped_addrs.h"

namespace heddle {

class AddrTransformer : public Transformer {
 public:
  AddrTransformer(std::string name, Path prefix, MappedAddrs addrs)
      : name_(std::move(name)), prefix_(std::move(prefix)), addrs_(std::move(addrs)) {}

  const std::string& name() const override { return name_; }
  BoundTree TransformClient(const BoundName& client) override {
    return BoundTree::Leaf({prefix_ + client.id, addrs_.Get(client.addr), client.residual});
  }

 private:
  const std::string name_;
  const Path prefix_;
  MappedAddrs addrs_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_ADDR_TRANSFORMER_H_
