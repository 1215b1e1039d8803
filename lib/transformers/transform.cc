#include "lib/transformers/transform.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace heddle {
namespace {

using NameTrees = Activity<NameTree<Name>>;

BoundTree TransformClients(Transformer& transformer, const BoundTree& tree) {
  switch (tree.kind()) {
    case BoundTree::Kind::kNeg:
    case BoundTree::Kind::kFail:
    case BoundTree::Kind::kEmpty:
      return tree;
    case BoundTree::Kind::kLeaf:
      return transformer.TransformClient(tree.leaf());
    case BoundTree::Kind::kAlt: {
      std::vector<BoundTree> trees;
      for (const BoundTree& alternate : tree.alternates()) {
        trees.push_back(TransformClients(transformer, alternate));
      }
      return BoundTree::Alt(std::move(trees));
    }
    case BoundTree::Kind::kUnion:
      break;
  }
  std::vector<BoundTree::Weighted> members;
  for (const auto& member : tree.members()) {
    members.push_back({member.weight, TransformClients(transformer, member.tree)});
  }
  return BoundTree::Union(std::move(members));
}

// The tree as one of clients; nullopt if there is a path in it.
std::optional<BoundTree> ClientsOf(const NameTree<Name>& tree) {
  bool all = true;
  tree.ForEachLeaf([&all](const Name& name) { all = all && std::holds_alternative<BoundName>(name); });
  if (!all) return std::nullopt;
  return tree.Map([](const Name& name) { return std::get<BoundName>(name); });
}

// What a namer says of one path, transformed.
class TransformedLookup : public Watch<NameTrees> {
 public:
  using Known = std::map<Path, std::weak_ptr<TransformedLookup>>;

  TransformedLookup(std::shared_ptr<Known> known, Path path, std::shared_ptr<Watch<NameTrees>> source,
                    std::shared_ptr<const Transformers> transformers)
      : Watch<NameTrees>(NameTrees::Pending()),
        known_(std::move(known)),
        path_(std::move(path)),
        source_(std::move(source)),
        transformers_(std::move(transformers)) {}
  ~TransformedLookup() override { known_->erase(path_); }

 protected:
  void OnFirstSubscriber() override {
    subscription_ = source_->Subscribe([this](const NameTrees& answer) { Publish(Transformed(answer)); });
  }
  void OnLastUnsubscribed() override { subscription_.Cancel(); }

 private:
  NameTrees Transformed(NameTrees answer) const {
    if (!answer.value.has_value()) return answer;
    std::optional<BoundTree> clients = ClientsOf(*answer.value);
    if (!clients.has_value()) return answer;
    answer.value = TransformTree(*transformers_, *std::move(clients)).Map([](const BoundName& client) {
      return Name(client);
    });
    return answer;
  }

  const std::shared_ptr<Known> known_;
  const Path path_;
  const std::shared_ptr<Watch<NameTrees>> source_;
  const std::shared_ptr<const Transformers> transformers_;
  Subscription subscription_;
};

// The clients a namer knows, by the ids that the transformers give them.
class TransformedIds : public Watch<std::vector<Path>> {
 public:
  TransformedIds(std::shared_ptr<Watch<std::vector<Path>>> source,
                 std::shared_ptr<const Transformers> transformers)
      : Watch<std::vector<Path>>({}), source_(std::move(source)), transformers_(std::move(transformers)) {}

 protected:
  void OnFirstSubscriber() override {
    subscription_ = source_->Subscribe([this](const std::vector<Path>& ids) { Publish(Transformed(ids)); });
  }
  void OnLastUnsubscribed() override { subscription_.Cancel(); }

 private:
  std::vector<Path> Transformed(const std::vector<Path>& ids) const {
    std::vector<Path> transformed;
    for (const Path& id : ids) {
      TransformTree(*transformers_, BoundTree::Leaf({id, nullptr, Path()}))
          .ForEachLeaf([&](const BoundName& client) {
            if (transformed.empty() || transformed.back() != client.id) transformed.push_back(client.id);
          });
    }
    return transformed;
  }

  const std::shared_ptr<Watch<std::vector<Path>>> source_;
  const std::shared_ptr<const Transformers> transformers_;
  Subscription subscription_;
};

class TransformedNamer : public Namer {
 public:
  TransformedNamer(std::shared_ptr<Namer> namer, Transformers transformers)
      : namer_(std::move(namer)),
        transformers_(std::make_shared<const Transformers>(std::move(transformers))) {}

  std::shared_ptr<Watch<NameTrees>> Lookup(const Path& path) override {
    std::weak_ptr<TransformedLookup>& known = (*known_)[path];
    std::shared_ptr<TransformedLookup> lookup = known.lock();
    if (lookup == nullptr) {
      lookup = std::make_shared<TransformedLookup>(known_, path, namer_->Lookup(path), transformers_);
      known = lookup;
    }
    return lookup;
  }
  std::shared_ptr<Watch<std::vector<Path>>> Enumerate() override {
    return std::make_shared<TransformedIds>(namer_->Enumerate(), transformers_);
  }
  std::string StateJson() const override { return namer_->StateJson(); }
  bool LeadsOn() const override { return namer_->LeadsOn(); }

 private:
  const std::shared_ptr<Namer> namer_;
  const std::shared_ptr<const Transformers> transformers_;
  const std::shared_ptr<TransformedLookup::Known> known_ = std::make_shared<TransformedLookup::Known>();
};

}  // namespace

BoundTree TransformTree(const Transformers& transformers, BoundTree tree) {
  for (const auto& transformer : transformers) {
    std::optional<BoundTree> replaced = transformer->ReplacesTree();
    tree = replaced.has_value() ? *std::move(replaced) : TransformClients(*transformer, tree);
  }
  return tree;
}

std::shared_ptr<Namer> TransformNamer(std::shared_ptr<Namer> namer, Transformers transformers) {
  if (transformers.empty()) return namer;
  return std::make_shared<TransformedNamer>(std::move(namer), std::move(transformers));
}

}  // namespace heddle
