#include "tests/fuzz/explanations.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/fuzz/check.h"

namespace heddle::fuzz {
namespace {

using Json = nlohmann::ordered_json;
using Clients = std::set<std::pair<std::string, std::string>>;  // id and residual

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

Clients ClientsOf(Json& explanation) {
  Clients clients;
  ForEachNode(explanation, [&clients](Json& node) {
    if (node["type"] == "leaf") clients.emplace(node["bound"]["id"], node["bound"]["path"]);
  });
  return clients;
}

}  // namespace

void CheckExplanations(Interpreter& interpreter, const Dtab& local, const Path& path, bool may_wait,
                       const Activity<Binding>& binding) {
  const auto plain = Explain(interpreter, local, path, ExplainDetail::kPlain);
  const auto full = Explain(interpreter, local, path, ExplainDetail::kFull);
  Check(plain.has_value() == full.has_value(), "detail does not change what is waited for", path.Show());
  if (!plain.has_value())
    return Check(may_wait, "an explanation waits only for what is pending", path.Show());
  Check(plain->status() == full->status(), "detail does not change what is an error", path.Show());
  if (!plain->ok()) return;
  Json plain_json = Parsed(**plain);
  Json full_json = Parsed(**full);
  RemoveDetail(full_json);
  Check(plain_json == full_json, "detail only adds to an explanation", absl::StrCat(**plain, "\n", **full));
  if (!binding.value.has_value()) return;
  const Clients clients = ClientsOf(plain_json);
  binding.value->tree.ForEachLeaf([&](const BoundName& leaf) {
    Check(clients.contains({leaf.id.Show(), leaf.residual.Show()}),
          "a client that a name is bound to is explained", absl::StrCat(leaf.id.Show(), " in ", **plain));
  });
}

}  // namespace heddle::fuzz
