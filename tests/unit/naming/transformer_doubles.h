// Transformers of the kinds there are: of endpoints, of clients, of trees.
#ifndef HEDDLE_TESTS_UNIT_NAMING_TRANSFORMER_DOUBLES_H_
#define HEDDLE_TESTS_UNIT_NAMING_TRANSFORMER_DOUBLES_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/naming/transformer.h"
#include "tests/unit/naming/fixture.h"

namespace heddle {

// Changes every endpoint set by a function.
class EndpointTransformer : public Transformer {
 public:
  using Change = std::function<Addr(const Addr&)>;
  EndpointTransformer(std::string name, absl::string_view prefix, Change change)
      : name_(std::move(name)), prefix_(P(prefix)), change_(std::move(change)) {}

  const std::string& name() const override { return name_; }
  BoundTree TransformClient(const BoundName& client) override {
    auto& weak = watches_[client.id];
    auto watch = weak.lock();
    if (watch == nullptr) weak = watch = std::make_shared<Changed>(client.addr, change_);
    return BoundTree::Leaf({prefix_.Concat(client.id), watch, client.residual});
  }

 private:
  class Changed : public Watch<Addr> {
   public:
    Changed(std::shared_ptr<Watch<Addr>> source, Change change)
        : Watch(change(source->Get())), source_(std::move(source)), change_(std::move(change)) {}

   private:
    void OnFirstSubscriber() override {
      subscription_ = source_->Subscribe([this](const Addr& addr) { Publish(change_(addr)); });
    }
    void OnLastUnsubscribed() override { subscription_.Cancel(); }

    std::shared_ptr<Watch<Addr>> source_;
    Change change_;
    Subscription subscription_;
  };

  std::string name_;
  Path prefix_;
  Change change_;
  std::map<Path, std::weak_ptr<Watch<Addr>>> watches_;
};

// Leaves nothing of sets with fewer than `count` endpoints.
inline std::shared_ptr<Transformer> AtLeast(size_t count) {
  return std::make_shared<EndpointTransformer>("AtLeast", "/%/atleast", [count](const Addr& addr) {
    const bool few = addr.state == AddrState::kBound && addr.endpoints->size() < count;
    return few ? Addr::Absent() : addr;
  });
}

inline std::shared_ptr<Transformer> Renamer(const std::string& name) {
  return std::make_shared<EndpointTransformer>(name, "/%/" + name, [](const Addr& addr) { return addr; });
}

// Puts a tree in the place of each client, or of all there is.
class TreeTransformer : public Transformer {
 public:
  TreeTransformer(std::string name, BoundTree tree, bool whole)
      : name_(std::move(name)), tree_(std::move(tree)), whole_(whole) {}

  const std::string& name() const override { return name_; }
  BoundTree TransformClient(const BoundName&) override { return tree_; }
  std::optional<BoundTree> ReplacesTree() const override {
    return whole_ ? std::optional<BoundTree>(tree_) : std::nullopt;
  }

 private:
  std::string name_;
  BoundTree tree_;
  bool whole_;
};

inline BoundTree ClientLeaf(absl::string_view id, Addr addr = Endpoints(1)) {
  return BoundTree::Leaf({P(id), Constant(std::move(addr)), Path()});
}

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_NAMING_TRANSFORMER_DOUBLES_H_
