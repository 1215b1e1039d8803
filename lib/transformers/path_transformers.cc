#include "lib/transformers/path_transformers.h"

#include <optional>
#include <string>
#include <utility>

#include "lib/base/check.h"
#include "lib/transformers/global_path.h"

namespace heddle {
namespace {

BoundTree Bound(const Path& prefix, const Path& path, const std::shared_ptr<Namer>& inet) {
  const auto tree = BindGlobal(path, inet);
  HEDDLE_CHECK(tree.ok());  // as it was when the configuration was read
  return tree->Map([id = prefix + path](const BoundName& client) {
    return BoundName{id, client.addr, client.residual};
  });
}

class ReplaceTransformer : public Transformer {
 public:
  explicit ReplaceTransformer(BoundTree tree) : tree_(std::move(tree)) {}

  const std::string& name() const override { return name_; }
  BoundTree TransformClient(const BoundName&) override { return tree_; }

 private:
  const std::string name_ = "ReplaceTransformer";
  const BoundTree tree_;
};

class ConstTransformer : public Transformer {
 public:
  explicit ConstTransformer(BoundTree tree) : tree_(std::move(tree)) {}

  const std::string& name() const override { return name_; }
  BoundTree TransformClient(const BoundName&) override { return tree_; }
  std::optional<BoundTree> ReplacesTree() const override { return tree_; }

 private:
  const std::string name_ = "ConstTransformer";
  const BoundTree tree_;
};

}  // namespace

std::unique_ptr<TransformerConfig> ReplaceTransformerConfig::Read(ObjectReader& reader) {
  auto config = std::make_unique<ReplaceTransformerConfig>();
  ReadGlobalPath(reader, "path", &config->path);
  config->prefix = Path{"%", "io.l5d.replace"};
  return config;
}

std::shared_ptr<Transformer> ReplaceTransformerConfig::Make(const TransformerContext& context) const {
  return std::make_shared<ReplaceTransformer>(Bound(prefix, path, context.inet));
}

std::unique_ptr<TransformerConfig> ConstTransformerConfig::Read(ObjectReader& reader) {
  auto config = std::make_unique<ConstTransformerConfig>();
  ReadGlobalPath(reader, "path", &config->path);
  config->prefix = Path{"%", "io.l5d.const"};
  return config;
}

std::shared_ptr<Transformer> ConstTransformerConfig::Make(const TransformerContext& context) const {
  return std::make_shared<ConstTransformer>(Bound(prefix, path, context.inet));
}

}  // namespace heddle
