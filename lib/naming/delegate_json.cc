#include "lib/naming/delegate_json.h"

#include <nlohmann/json.hpp>
#include <variant>

#include "lib/naming/shares.h"

namespace heddle {
namespace {

using nlohmann::ordered_json;

ordered_json MetaJson(const std::map<std::string, std::string>& meta) {
  ordered_json json = ordered_json::object();
  for (const auto& [key, value] : meta) json[key] = value;
  return json;
}

ordered_json ToJson(const Addr& addr) {
  switch (addr.state) {
    case AddrState::kPending:
      return {{"type", "pending"}};
    case AddrState::kAbsent:
      return {{"type", "neg"}};
    case AddrState::kFailed:
      return {{"type", "failed"}, {"cause", std::string(addr.error.message())}};
    case AddrState::kBound:
      break;
  }
  ordered_json addrs = ordered_json::array();
  for (const Endpoint& endpoint : *addr.endpoints) {
    ordered_json meta = MetaJson(endpoint.meta);
    if (endpoint.weight != 1.0) meta["endpoint_addr_weight"] = endpoint.weight;
    addrs.push_back(
        {{"ip", endpoint.address.ip()}, {"port", endpoint.address.port()}, {"meta", std::move(meta)}});
  }
  return {{"type", "bound"}, {"addrs", std::move(addrs)}, {"meta", MetaJson(addr.meta)}};
}

ordered_json ToJson(const BoundName& bound) {
  return {{"addr", ToJson(bound.addr->Get())}, {"id", bound.id.Show()}, {"path", bound.residual.Show()}};
}

// `shares` is null for plain explanations.
ordered_json ToJson(const DelegateTree& tree, const Shares* shares);

// What a node of each kind has beside its path and rule.
struct AddMembers {
  const Shares* shares;
  ordered_json& json;

  void operator()(const DelegateTree::Neg&) { json["type"] = "neg"; }
  void operator()(const DelegateTree::Fail&) { json["type"] = "fail"; }
  void operator()(const DelegateTree::Empty&) { json["type"] = "empty"; }
  void operator()(const DelegateTree::Alt& alt) {
    json["type"] = "alt";
    ordered_json& trees = json["alt"] = ordered_json::array();
    for (const DelegateTree& branch : alt.trees) trees.push_back(ToJson(branch, shares));
  }
  void operator()(const DelegateTree::Union& all) {
    json["type"] = "union";
    ordered_json& trees = json["union"] = ordered_json::array();
    for (const auto& member : all.trees)
      trees.push_back({{"weight", member.weight}, {"tree", ToJson(member.tree, shares)}});
  }
  void operator()(const DelegateTree::Delegate& step) {
    json["type"] = "delegate";
    json["delegate"] = ToJson(*step.tree, shares);
  }
  void operator()(const DelegateTree::Leaf& leaf) {
    json["type"] = "leaf";
    json["bound"] = ToJson(leaf.bound);
  }
  void operator()(const DelegateTree::Transformation& transformation) {
    json["type"] = "transformation";
    json["name"] = transformation.name;
    json["bound"] = ToJson(transformation.bound);
    json["tree"] = ToJson(*transformation.tree, shares);
  }
  void operator()(const DelegateTree::Exception& exception) {
    json["type"] = "exception";
    json["message"] = exception.message;
  }
};

ordered_json ToJson(const DelegateTree& tree, const Shares* shares) {
  ordered_json json = {{"type", ""}, {"path", tree.path}};
  const bool has_dentry =
      tree.dentry != nullptr && !std::holds_alternative<DelegateTree::Transformation>(tree.node);
  if (has_dentry) json["dentry"] = {{"prefix", tree.dentry->prefix.Show()}, {"dst", Show(tree.dentry->dst)}};
  std::visit(AddMembers{shares, json}, tree.node);
  if (shares == nullptr) return json;
  const NodeShare& share = shares->at(&tree);
  json["share"] = share.share;
  if (!share.why.empty()) json["why"] = share.why;
  return json;
}

// Messages may quote what came from outside.
std::string Dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string DelegateTreeToJson(const DelegateTree& tree, ExplainDetail detail) {
  if (detail == ExplainDetail::kPlain) return Dump(ToJson(tree, nullptr));
  const Shares shares = SharesOf(tree);
  return Dump(ToJson(tree, &shares));
}

std::string AddrToJson(const Addr& addr) { return Dump(ToJson(addr)); }

}  // namespace heddle
