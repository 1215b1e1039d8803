#include "lib/interpreters/transformed_explanation.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "lib/naming/delegate_json.h"

namespace heddle {
namespace {

using nlohmann::ordered_json;

// Explanations nest less: rules lead on and trees nest a limited number of times.
constexpr int kMaxDepth = 2000;

Addr AddrOf(const ordered_json& json) {
  const std::string type = json.at("type");
  if (type == "neg") return Addr::Absent();
  if (type == "failed") return Addr::Failed(absl::UnavailableError(json.at("cause").get<std::string>()));
  if (type != "bound") return Addr::Pending();
  const auto meta_of = [](const ordered_json& meta) {
    std::map<std::string, std::string> texts;
    for (const auto& [key, value] : meta.items()) {
      if (value.is_string()) texts[key] = value;
    }
    return texts;
  };
  std::vector<Endpoint> endpoints;
  for (const ordered_json& each : json.at("addrs")) {
    const auto address = SocketAddress::Parse(each.at("ip").get<std::string>(), each.at("port"));
    if (!address.ok()) continue;
    const ordered_json& meta = each.at("meta");
    endpoints.push_back({*address, meta.value("endpoint_addr_weight", 1.0), meta_of(meta)});
  }
  return Addr::Bound(std::move(endpoints), meta_of(json.at("meta")));
}

BoundName ClientOf(const ordered_json& bound) {
  const auto id = Path::Parse(bound.at("id").get<std::string>());
  const auto residual = Path::Parse(bound.at("path").get<std::string>());
  return {id.value_or(Path()), Constant(AddrOf(bound.at("addr"))), residual.value_or(Path())};
}

ordered_json BoundJson(const BoundName& client) {
  const Subscription follow = client.addr->Subscribe([](const Addr&) {});
  return {{"addr", ordered_json::parse(AddrToJson(client.addr->Get()))},
          {"id", client.id.Show()},
          {"path", client.residual.Show()}};
}

// `node`, a leaf or what it has become, as a node of the kind that `tree` is.
ordered_json WithTree(ordered_json node, const BoundTree& tree) {
  if (tree.is_leaf()) {
    node["type"] = "leaf";
    node["path"] = tree.leaf().id.Show();
    node["bound"] = BoundJson(tree.leaf());
  } else {
    node["type"] = tree.is_fail() ? "fail" : tree.is_empty() ? "empty" : "neg";
    node.erase("bound");
  }
  return node;
}

// The transformations of the leaf `node`, which is `client`, from the `next`th on.
ordered_json TransformLeaf(const Transformers& transformers, size_t next, ordered_json node,
                           const BoundName& client) {
  if (next == transformers.size()) return node;
  const BoundTree tree = transformers[next]->TransformClient(client);
  ordered_json after = WithTree(node, tree);
  if (tree.is_leaf()) after = TransformLeaf(transformers, next + 1, std::move(after), tree.leaf());
  node.erase("dentry");  // it stands at the leaf
  node["type"] = "transformation";
  node["name"] = transformers[next]->name();
  node["tree"] = std::move(after);
  return node;
}

class Transformation {
 public:
  explicit Transformation(const Transformers& transformers) : transformers_(transformers) {
    for (size_t i = 0; i < transformers.size(); ++i) {
      if (auto tree = transformers[i]->ReplacesTree()) {
        replacement_ = std::move(tree);
        next_ = i + 1;
      }
    }
  }

  ordered_json Of(ordered_json node, int depth = 0) const {
    if (depth > kMaxDepth) return node;
    const std::string type = node.at("type");
    const auto transform = [&](ordered_json& child) { child = Of(std::move(child), depth + 1); };
    if (type == "leaf") return TransformLeaf(transformers_, 0, node, ClientOf(node.at("bound")));
    if (type == "neg" || type == "fail" || type == "empty") return End(std::move(node));
    if (type == "delegate") transform(node.at("delegate"));
    if (type == "transformation") transform(node.at("tree"));
    if (type == "alt") {
      for (ordered_json& alternate : node.at("alt")) transform(alternate);
    }
    if (type == "union") {
      for (ordered_json& member : node.at("union")) transform(member.at("tree"));
    }
    return node;
  }

 private:
  // A branch that ended without a client, which whoever replaces whole trees gives one.
  ordered_json End(ordered_json node) const {
    if (!replacement_.has_value()) return node;
    ordered_json after = WithTree(node, *replacement_);
    if (replacement_->is_leaf()) {
      after = TransformLeaf(transformers_, next_, std::move(after), replacement_->leaf());
    }
    node["type"] = "delegate";
    node["delegate"] = std::move(after);
    return node;
  }

  const Transformers& transformers_;
  std::optional<BoundTree> replacement_;  // of the last that replaces
  size_t next_ = 0;                       // the transformer after it
};

}  // namespace

absl::StatusOr<std::string> TransformExplanation(const Transformers& transformers, absl::string_view json) {
  try {
    ordered_json root = ordered_json::parse(json.begin(), json.end());
    root = Transformation(transformers).Of(std::move(root));
    return root.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  } catch (const ordered_json::exception& error) {
    return absl::InvalidArgumentError(std::string("the explanation that came is none: ") + error.what());
  }
}

}  // namespace heddle
