// delegate, delegate_simplify, delegate_find, delegate_transform_json: explanations.
#include <algorithm>
#include <optional>

#include "lib/naming/explainer.h"
#include "lib/naming/local_interpreter.h"
#include "tests/conformance/case_namers.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

// Error texts are ours.
void BlankMessages(Json* json) {
  if (json->is_object() && json->contains("type") && (*json)["type"] == "exception") (*json)["message"] = "";
  for (Json& inner : *json) {
    if (inner.is_structured()) BlankMessages(&inner);
  }
}

bool ContainsException(const Json& json) {
  if (json.is_object() && json.contains("type") && json["type"] == "exception") return true;
  return std::any_of(json.begin(), json.end(),
                     [](const Json& inner) { return inner.is_structured() && ContainsException(inner); });
}

// The vectors' explanations have plain values as leaves: the ids here.
DelegateTree ExplanationFromJson(const Json& json) {
  DelegateTree tree;
  tree.path = json.at("path").get<std::string>();
  if (json.contains("dentry") && json["dentry"].is_string()) {
    if (auto dentry = ParseDentry(json["dentry"].get<std::string>()); dentry.ok()) {
      tree.dentry = std::make_shared<const Dentry>(*std::move(dentry));
    }
  }
  const std::string type = json.at("type");
  if (type == "delegate") {
    tree.node =
        DelegateTree::Delegate{std::make_shared<DelegateTree>(ExplanationFromJson(json.at("delegate")))};
  } else if (type == "alt") {
    DelegateTree::Alt alt;
    for (const Json& branch : json.at("alt")) alt.trees.push_back(ExplanationFromJson(branch));
    tree.node = std::move(alt);
  } else if (type == "union") {
    DelegateTree::Union all;
    for (const Json& member : json.at("union")) {
      all.trees.push_back({member.at("weight").get<double>(), ExplanationFromJson(member.at("tree"))});
    }
    tree.node = std::move(all);
  } else if (type == "leaf") {
    const auto id = Path::Parse(json.at("value").get<std::string>());
    tree.node = DelegateTree::Leaf{{id.value_or(Path()), nullptr, Path()}};
  } else if (type == "fail") {
    tree.node = DelegateTree::Fail();
  } else if (type == "empty") {
    tree.node = DelegateTree::Empty();
  } else if (type == "exception") {
    tree.node = DelegateTree::Exception{json.value("message", "")};
  }
  return tree;
}

Json ExplanationToJson(const DelegateTree& tree) {
  Json json = {{"path", tree.path}, {"dentry", nullptr}};
  if (tree.dentry != nullptr) json["dentry"] = tree.dentry->Show();
  if (const auto* step = std::get_if<DelegateTree::Delegate>(&tree.node)) {
    json["type"] = "delegate";
    json["delegate"] = ExplanationToJson(*step->tree);
  } else if (const auto* alt = std::get_if<DelegateTree::Alt>(&tree.node)) {
    json["type"] = "alt";
    json["alt"] = Json::array();
    for (const DelegateTree& branch : alt->trees) json["alt"].push_back(ExplanationToJson(branch));
  } else if (const auto* all = std::get_if<DelegateTree::Union>(&tree.node)) {
    json["type"] = "union";
    json["union"] = Json::array();
    for (const auto& member : all->trees) {
      json["union"].push_back({{"weight", member.weight}, {"tree", ExplanationToJson(member.tree)}});
    }
  } else if (const auto* leaf = std::get_if<DelegateTree::Leaf>(&tree.node)) {
    json["type"] = "leaf";
    json["value"] = leaf->bound.id.Show();
  } else if (const auto* exception = std::get_if<DelegateTree::Exception>(&tree.node)) {
    json["type"] = "exception";
    json["message"] = exception->message;
  } else {
    const bool neg = std::holds_alternative<DelegateTree::Neg>(tree.node);
    json["type"] = neg ? "neg" : std::holds_alternative<DelegateTree::Fail>(tree.node) ? "fail" : "empty";
  }
  return json;
}

}  // namespace

void RunDelegate(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const auto dtab = DtabOf(test.at("dtab"), verdict);
  const auto path = PathOf(test.at("path"), verdict);
  if (!dtab.has_value() || !path.has_value()) return;
  CaseNamers namers(test);
  const auto transformers = CaseTransformers(test, namers.inet());
  if (!transformers.ok()) return verdict->Fail(transformers.status().ToString());
  LocalInterpreter interpreter(std::make_shared<DtabSource>(AsActivity(*dtab, 1)), namers.all(),
                               *transformers);
  std::optional<absl::StatusOr<std::string>> answer;
  const Subscription subscription =
      interpreter.Explain(Dtab(), *path, ExplainDetail::kPlain,
                          [&](absl::StatusOr<std::string> json) { answer = std::move(json); });
  for (int i = 0; i < 50 && !answer.has_value(); ++i) namers.loop().RunOnce(Millis(20));
  if (!answer.has_value()) return verdict->Fail("pending");
  if (answer->ok() == ExpectsError(expect)) {
    return verdict->Fail(answer->ok() ? "explained, an error is expected" : answer->status().ToString());
  }
  if (!answer->ok()) return;
  Json ours = Json::parse(**answer);
  if (expect.contains("json")) {
    Json expected = expect["json"];
    BlankMessages(&expected);
    BlankMessages(&ours);
    verdict->Check("json", expected, ours);
  }
  if (expect.contains("root_type")) verdict->Check("root type", expect["root_type"], ours["type"]);
  if (expect.contains("root_path")) verdict->Check("root path", expect["root_path"], ours["path"]);
  if (expect.contains("contains_exception_message") && !ContainsException(ours))
    verdict->Fail("no exception node");
}

void RunDelegateSimplify(const Json& test, Verdict* verdict) {
  const DelegateTree simple = Simplify(ExplanationFromJson(test.at("tree")));
  verdict->Check("tree", test.at("expect").at("tree"), ExplanationToJson(simple));
}

// The way from the root to a leaf.
void RunDelegateFind(const Json& test, Verdict* verdict) {
  const auto target = PathOf(test.at("target"), verdict);
  if (!target.has_value()) return;
  const auto found = FindLeaf(ExplanationFromJson(test.at("tree")), *target);
  verdict->Check("steps", test.at("expect").at("steps"), found.has_value() ? Json(*found) : Json(nullptr));
}

}  // namespace heddle::conformance
