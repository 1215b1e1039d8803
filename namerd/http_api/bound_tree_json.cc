#include "namerd/http_api/bound_tree_json.h"

#include <nlohmann/json.hpp>

#include "lib/naming/delegate_json.h"

namespace heddle::namerd {
namespace {

using Json = nlohmann::ordered_json;

Json LeafJson(const BoundName& bound, std::optional<double> weight) {
  Json addr = Json::parse(AddrToJson(bound.addr->Get()), nullptr, /*allow_exceptions=*/false);
  if (weight.has_value() && addr.contains("meta")) addr["meta"]["namer_nametree_weight"] = *weight;
  return {{"type", "leaf"},
          {"bound", {{"addr", std::move(addr)}, {"id", bound.id.Show()}, {"path", bound.residual.Show()}}}};
}

// `weight` is that of the innermost union around the node.
Json TreeJson(const BoundTree& tree, std::optional<double> weight) {
  using Kind = BoundTree::Kind;
  switch (tree.kind()) {
    case Kind::kNeg:
      return {{"type", "neg"}};
    case Kind::kFail:
      return {{"type", "fail"}};
    case Kind::kEmpty:
      return {{"type", "empty"}};
    case Kind::kLeaf:
      return LeafJson(tree.leaf(), weight);
    case Kind::kAlt: {
      Json alternates = Json::array();
      for (const BoundTree& alternate : tree.alternates()) alternates.push_back(TreeJson(alternate, weight));
      return {{"type", "alt"}, {"alt", std::move(alternates)}};
    }
    case Kind::kUnion:
      break;
  }
  Json members = Json::array();
  for (const auto& member : tree.members()) {
    members.push_back({{"weight", member.weight}, {"tree", TreeJson(member.tree, member.weight)}});
  }
  return {{"type", "union"}, {"union", std::move(members)}};
}

}  // namespace

std::string BoundTreeToJson(const BoundTree& tree) {
  return TreeJson(tree, std::nullopt).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace heddle::namerd
