#include "lib/interpreters/transformed_explanation.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/json_error.h"
#include "lib/naming/choice.h"
#include "lib/naming/delegate_json.h"
#include "lib/transformers/transform.h"

namespace heddle {
namespace {

using nlohmann::ordered_json;

// Explanations nest less: rules lead on and trees nest a limited number of times.
constexpr int kMaxDepth = 2000;
constexpr double kSmallShare = 1e-9;

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

double ShareOf(const ordered_json& node) { return node.contains("share") ? node["share"].get<double>() : 0; }

bool HasNobody(const BoundName& client) {
  const Subscription follow = client.addr->Subscribe([](const Addr&) {});
  return IsVacant(client.id, client.addr->Get());
}

// Of one explanation. What a filter takes from a client goes to the others, as in bindings, unless nobody is
// left.
class Transformation {
 public:
  explicit Transformation(const Transformers& transformers)
      : transformers_(transformers), replacement_(LastReplacement(transformers)) {}

  ordered_json Of(const ordered_json& root) {
    ordered_json transformed = Node(root, 0);
    const double share = ShareOf(root);
    if (lost_ < kSmallShare || lost_ > share - kSmallShare) return transformed;
    scale_ = share / (share - lost_);
    return Node(root, 0);
  }

 private:
  ordered_json Node(ordered_json node, int depth) {
    if (depth > kMaxDepth) return node;
    const std::string type = node.at("type");
    if (type == "leaf") return Leaf(std::move(node));
    const double before = lost_;
    node = WithTransformedBranches(std::move(node), type, depth);
    if (scale_.has_value() && node.contains("share")) {
      node["share"] = std::max(0.0, ShareOf(node) - (lost_ - before)) * *scale_;
    }
    return node;
  }

  ordered_json Leaf(ordered_json node) {
    const BoundName client = ClientOf(node.at("bound"));
    const BoundTree last = TransformTree(transformers_, BoundTree::Leaf(client));
    const double share = ShareOf(node);
    const bool lost = share > 0 && last.is_leaf() && HasNobody(last.leaf());
    if (lost) lost_ += share;
    if (scale_.has_value() && share > 0) {
      node["share"] = lost ? 0.0 : share * *scale_;
      if (lost) node["why"] = "the transformers leave none of its endpoints";
    }
    return TransformLeaf(transformers_, 0, node, client);
  }

  ordered_json WithTransformedBranches(ordered_json node, const std::string& type, int depth) {
    const auto transform = [&](ordered_json& child) { child = Node(std::move(child), depth + 1); };
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

  // A branch that ended without a client, which whoever replaces whole trees gives one.
  ordered_json End(ordered_json node) const {
    if (!replacement_.has_value()) return node;
    const BoundTree& tree = replacement_->tree;
    ordered_json after = WithTree(node, tree);
    if (tree.is_leaf()) {
      after = TransformLeaf(transformers_, replacement_->next, std::move(after), tree.leaf());
    }
    node["type"] = "delegate";
    node["delegate"] = std::move(after);
    return node;
  }

  const Transformers& transformers_;
  const std::optional<Replacement> replacement_;
  double lost_ = 0;              // the shares of the clients so far whose endpoints are all filtered out
  std::optional<double> scale_;  // what the other shares grow by; nullopt: no share changes
};

}  // namespace

absl::StatusOr<std::string> TransformExplanation(const Transformers& transformers, absl::string_view json) {
  try {
    const ordered_json root = Transformation(transformers).Of(ordered_json::parse(json.begin(), json.end()));
    return root.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  } catch (const ordered_json::exception& error) {
    return absl::InvalidArgumentError("the explanation that came is none: " + JsonErrorText(error.what()));
  }
}

}  // namespace heddle
