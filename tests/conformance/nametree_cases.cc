#include <algorithm>

#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

using Tree = NameTree<Path>;

// null, or the set of leaves, sorted.
Json EvalToJson(const Tree& tree) {
  const auto leaves = tree.Eval();
  if (!leaves.has_value()) return nullptr;
  std::set<std::string> shown;
  for (const Path& leaf : *leaves) shown.insert(leaf.Show());
  return Json(shown);
}

Json Sorted(Json eval) {
  if (eval.is_array()) std::sort(eval.begin(), eval.end());
  return eval;
}

void CheckTree(const Json& expect, const Tree& tree, Verdict* verdict) {
  if (expect.contains("tree")) verdict->Check("tree", expect["tree"], TreeToJson(tree));
  if (expect.contains("show")) verdict->CheckShown("show", expect["show"], Show(tree));
  if (expect.contains("simplified")) {
    const Tree simple = tree.Simplified();
    verdict->Check("simplified", expect["simplified"], TreeToJson(simple));
    if (simple.Simplified() != simple) verdict->Fail("simplifying again changes the tree");
  }
  if (expect.contains("eval")) verdict->Check("eval", Sorted(expect["eval"]), EvalToJson(tree));
}

// What is shown means the same when it is read again, weights included.
void CheckRoundTrip(const Tree& tree, Verdict* verdict) {
  const auto again = ParseNameTree(Show(tree));
  if (!again.ok() || again->Simplified() != tree.Simplified())
    verdict->Fail("does not survive show and parse");
}

}  // namespace

NameTree<Path> TreeFromJson(const Json& json) {
  const std::string type = json.at("type");
  if (type == "fail") return Tree::Fail();
  if (type == "empty") return Tree::Empty();
  if (type == "neg") return Tree::Neg();
  if (type == "leaf")
    return Tree::Leaf(Path::Parse(json.at("path").get<std::string>()).value_or(Path{"does not parse"}));
  if (type == "alt") {
    std::vector<Tree> trees;
    for (const Json& tree : json.at("trees")) trees.push_back(TreeFromJson(tree));
    return Tree::Alt(std::move(trees));
  }
  std::vector<Tree::Weighted> members;
  for (const Json& member : json.at("trees")) {
    members.push_back({member.at("weight").get<double>(), TreeFromJson(member.at("tree"))});
  }
  return Tree::Union(std::move(members));
}

Json TreeToJson(const NameTree<Path>& tree) {
  Json trees = Json::array();
  switch (tree.kind()) {
    case Tree::Kind::kNeg:
      return {{"type", "neg"}};
    case Tree::Kind::kFail:
      return {{"type", "fail"}};
    case Tree::Kind::kEmpty:
      return {{"type", "empty"}};
    case Tree::Kind::kLeaf:
      return {{"type", "leaf"}, {"path", tree.leaf().Show()}};
    case Tree::Kind::kAlt:
      for (const Tree& alternate : tree.alternates()) trees.push_back(TreeToJson(alternate));
      return {{"type", "alt"}, {"trees", std::move(trees)}};
    case Tree::Kind::kUnion:
      break;
  }
  for (const auto& member : tree.members()) {
    trees.push_back({{"weight", member.weight}, {"tree", TreeToJson(member.tree)}});
  }
  return {{"type", "union"}, {"trees", std::move(trees)}};
}

Verdict RunNameTreeCase(const Json& test) {
  Verdict verdict;
  const std::string op = test.at("op");
  const Json& expect = test.at("expect");
  if (op == "parse") {
    const auto tree = ParseNameTree(test.at("input").get<std::string>());
    if (tree.ok() == ExpectsError(expect)) {
      verdict.Fail(tree.ok() ? "parsed, an error is expected" : tree.status().ToString());
    } else if (tree.ok()) {
      CheckTree(expect, *tree, &verdict);
      CheckRoundTrip(*tree, &verdict);
    }
  } else if (op == "show" || op == "simplify" || op == "eval") {
    CheckTree(expect, TreeFromJson(test.at("tree")), &verdict);
  } else {
    verdict.Fail("unknown op " + op);
  }
  return verdict;
}

}  // namespace heddle::conformance
