#include "tests/fuzz/explanations.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/fuzz/check.h"

namespace heddle::fuzz {
namespace {

using Json = nlohmann::ordered_json;
// Which part of the requests each client gets, by id and residual.
using Clients = std::map<std::pair<std::string, std::string>, double>;

std::optional<absl::StatusOr<std::string>> Explain(Interpreter& interpreter, const Dtab& local,
                                                   const Path& path, ExplainDetail detail) {
  std::optional<absl::StatusOr<std::string>> result;
  const Subscription explaining = interpreter.Explain(
      local, path, detail, [&result](absl::StatusOr<std::string> json) { result = std::move(json); });
  return result;
}

Json Parsed(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  Check(!json.is_discarded(), "an explanation is JSON", text);
  return json;
}

// Calls f(node) for every node of an explanation, before those below it.
template <class F>
void ForEachNode(Json& node, const F& f) {
  f(node);
  for (const char* key : {"delegate", "tree"}) {
    if (node.contains(key)) ForEachNode(node[key], f);
  }
  if (node.contains("alt")) {
    for (Json& branch : node["alt"]) ForEachNode(branch, f);
  }
  if (node.contains("union")) {
    for (Json& member : node["union"]) ForEachNode(member["tree"], f);
  }
}

void RemoveDetail(Json& explanation) {
  ForEachNode(explanation, [](Json& node) {
    node.erase("share");
    node.erase("why");
  });
}

// As the explanation says; 0 if it has no detail.
Clients ClientsOf(Json& explanation) {
  Clients clients;
  ForEachNode(explanation, [&clients](Json& node) {
    if (node["type"] != "leaf") return;
    clients[{node["bound"]["id"], node["bound"]["path"]}] += node.value("share", 0.0);
  });
  return clients;
}

// As the tree says: a union's members by their weights, or equally if all are 0.
void AddClients(const BoundTree& tree, double share, Clients* clients) {
  if (tree.is_leaf()) (*clients)[{tree.leaf().id.Show(), tree.leaf().residual.Show()}] += share;
  if (!tree.is_union()) return;
  double sum = 0;
  for (const auto& member : tree.members()) sum += member.weight;
  for (const auto& member : tree.members()) {
    const double part = sum > 0 ? member.weight / sum : 1.0 / static_cast<double>(tree.members().size());
    AddClients(member.tree, share * part, clients);
  }
}

void CheckShares(Json& full, const BoundTree& tree, absl::string_view text) {
  ForEachNode(full, [&](Json& node) {
    const double share = node.value("share", -1.0);
    Check(share >= 0 && share <= 1 + 1e-9, "every node has a share of the requests", text);
    Check(share > 0 || !node.value("why", "").empty(), "a node without requests says why", text);
  });
  Clients explained = ClientsOf(full);
  Clients bound;
  AddClients(tree, 1, &bound);
  for (const auto& [client, share] : bound) {
    if (!explained.contains(client))
      Fail("a client that a name is bound to is explained", absl::StrCat(client.first, " in ", text));
  }
  for (const auto& [client, share] : explained) {
    if (!(std::abs(share - bound[client]) < 1e-6)) {
      Fail("a client's share is that of the tree",
           absl::StrCat(client.first, ": ", share, ", ", bound[client], " in the tree; ", text));
    }
  }
}

}  // namespace

size_t CheckExplanations(Interpreter& interpreter, const Dtab& local, const Path& path, bool may_wait,
                         const Activity<Binding>& binding) {
  const auto plain = Explain(interpreter, local, path, ExplainDetail::kPlain);
  const auto full = Explain(interpreter, local, path, ExplainDetail::kFull);
  Check(plain.has_value() == full.has_value(), "detail does not change what is waited for", path.Show());
  if (!plain.has_value()) {
    Check(may_wait, "an explanation waits only for what is pending", path.Show());
    return 0;
  }
  Check(plain->status() == full->status(), "detail does not change what is an error", path.Show());
  if (!plain->ok()) return 0;
  Json plain_json = Parsed(**plain);
  Json full_json = Parsed(**full);
  if (binding.value.has_value() && binding.error.ok()) CheckShares(full_json, binding.value->tree, **full);
  RemoveDetail(full_json);
  if (plain_json != full_json)
    Fail("detail only adds to an explanation", absl::StrCat(**plain, "\n", **full));
  return (*full)->size();
}

}  // namespace heddle::fuzz
