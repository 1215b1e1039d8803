#include <algorithm>
#include <memory>
#include <optional>

#include "lib/naming/dependencies.h"
#include "lib/naming/explainer.h"
#include "lib/naming/local_interpreter.h"
#include "lib/naming/lookup.h"
#include "lib/naming/utility_namers.h"
#include "tests/conformance/case_namers.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

using DtabSource = Source<Activity<VersionedDtab>>;

// What lib/naming does not serve yet. They are counted and said to be not run.
const std::set<std::string>& UnservedOps() {
  static const auto& ops = *new std::set<std::string>{"rewrite",
                                                      "path_match",
                                                      "transform",
                                                      "delegate_transform_name",
                                                      "delegate_transform_json",
                                                      "delegate_find",
                                                      "dispatch",
                                                      "dispatch_union",
                                                      "catalog",
                                                      "pick_distribution",
                                                      "namerd_config"};
  return ops;
}
const std::set<std::string>& UnservedFeatures() {
  static const auto& features = *new std::set<std::string>{"status_namer"};
  return features;
}

std::optional<Dtab> DtabOf(const Json& text, Verdict* verdict) {
  auto dtab = Dtab::Parse(text.get<std::string>());
  if (dtab.ok()) return *std::move(dtab);
  verdict->Fail(dtab.status().ToString());
  return std::nullopt;
}

Activity<VersionedDtab> AsActivity(const Dtab& dtab, uint64_t revision) {
  return Activity<VersionedDtab>::Ok({{1, revision}, std::make_shared<const Dtab>(dtab)});
}

// `weight`: of the innermost union member the tree is in. A leaf whose siblings were all dropped has none
// left here.
void CheckBound(const Json& expect, const BoundTree& tree, std::optional<double> weight, Verdict* verdict) {
  const std::string type = expect.at("type");
  using Kind = BoundTree::Kind;
  static constexpr const char* kNames[] = {"neg", "fail", "empty", "leaf", "alt", "union"};
  const std::string ours = kNames[static_cast<size_t>(tree.kind())];
  if (type != ours) return verdict->Differs("node", expect.dump(), ours);
  if (tree.kind() == Kind::kLeaf) {
    verdict->CheckShown("id", expect.at("id"), tree.leaf().id.Show());
    verdict->CheckShown("residual", expect.at("residual"), tree.leaf().residual.Show());
    const bool expected = expect.contains("nametree_weight");
    if (expected && !weight.has_value()) verdict->Deviate("lone_member_weight");
    if (!expected && weight.has_value()) verdict->Fail("leaf has a weight");
    if (expected && weight.has_value()) verdict->Check("nametree_weight", expect["nametree_weight"], *weight);
  }
  if (tree.kind() != Kind::kUnion) return;
  const Json& members = expect.at("trees");
  if (members.size() != tree.members().size()) return verdict->Fail("union has another number of members");
  for (size_t i = 0; i < members.size(); ++i) {
    verdict->Check("weight", members[i].at("weight"), tree.members()[i].weight);
    CheckBound(members[i].at("tree"), tree.members()[i].tree, tree.members()[i].weight, verdict);
  }
}

void CheckBinding(const Json& expect, const Activity<Binding>& binding, Verdict* verdict) {
  if (expect.contains("state") && expect["state"] == "pending") {
    if (!binding.pending()) verdict->Fail("expected pending");
  } else if (ExpectsError(expect)) {
    if (!binding.failed() || binding.value.has_value()) verdict->Fail("expected an error");
  } else if (!binding.value.has_value()) {
    verdict->Fail(binding.pending() ? "pending" : binding.error.ToString());
  } else {
    CheckBound(expect.at("tree"), binding.value->tree, std::nullopt, verdict);
  }
}

Activity<VersionedDtab> StoredDtab(const Json& stored, uint64_t revision, Verdict* verdict) {
  if (stored.is_null()) return Activity<VersionedDtab>::Pending();
  const auto dtab = DtabOf(stored, verdict);
  return dtab.has_value() ? AsActivity(*dtab, revision) : Activity<VersionedDtab>::Pending();
}

// bind, bind_namers: one dtab. bind_layers: "stored" in the namespace, "local" of the request.
void Bind(const Json& test, Verdict* verdict) {
  const bool layers = test.contains("stored");
  const Json none = "";
  const auto stored = StoredDtab(layers                  ? test["stored"]
                                 : test.contains("dtab") ? test["dtab"]
                                                         : none,
                                 1, verdict);
  const auto local = DtabOf(test.contains("local") ? test["local"] : none, verdict);
  const auto path = Path::Parse(test.at("path").get<std::string>());
  if (!local.has_value() || !path.ok()) return verdict->Fail("the case's local dtab or path does not parse");
  const CaseNamers namers(test);
  LocalInterpreter interpreter(std::make_shared<DtabSource>(stored), namers.all());
  const auto watch = interpreter.Bind(*local, *path);
  const Subscription subscription = watch->Subscribe([](const auto&) {});
  CheckBinding(test.at("expect"), watch->Get(), verdict);
}

// The same over time: each step may change the stored dtab and says what the name is bound to then.
void BindSequence(const Json& test, Verdict* verdict) {
  const auto local = DtabOf(test.contains("local") ? test["local"] : Json(""), verdict);
  const auto path = Path::Parse(test.at("path").get<std::string>());
  if (!local.has_value() || !path.ok()) return verdict->Fail("the case's local dtab or path does not parse");
  const auto dtab = std::make_shared<DtabSource>(Activity<VersionedDtab>::Pending());
  const CaseNamers namers(test);
  LocalInterpreter interpreter(dtab, namers.all());
  const auto watch = interpreter.Bind(*local, *path);
  const Subscription subscription = watch->Subscribe([](const auto&) {});
  uint64_t revision = 0;
  for (const Json& step : test.at("steps")) {
    if (step.contains("stored")) dtab->Set(StoredDtab(step["stored"], ++revision, verdict));
    CheckBinding(step.at("expect"), watch->Get(), verdict);
  }
}

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

void Delegate(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const auto dtab = DtabOf(test.at("dtab"), verdict);
  const auto path = Path::Parse(test.at("path").get<std::string>());
  if (!dtab.has_value() || !path.ok()) return verdict->Fail("the case's dtab or path does not parse");
  CaseNamers namers(test);
  LocalInterpreter interpreter(std::make_shared<DtabSource>(AsActivity(*dtab, 1)), namers.all());
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

// One step: what the namers and built-in names say about a path.
void NamerLookup(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const auto path = Path::Parse(test.at("path").get<std::string>());
  if (!path.ok()) return verdict->Fail(path.status().ToString());
  const Dtab none;
  const CaseNamers case_namers(test);
  const std::vector<PrefixedNamer> namers = WithInetForms(case_namers.all());
  Dependencies dependencies([] {});
  dependencies.Begin();
  const Activity<NameTree<Name>> answer = Lookup(none, none, namers, dependencies).Namers(*path);
  const Json ours = AnswerToJson(answer);
  if (ExpectsError(expect)) {
    verdict->Check("type", "error", ours["type"]);
  } else {
    verdict->Check("answer", expect, ours);
  }
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

Json AnswerToJson(const Activity<NameTree<Name>>& answer) {
  if (!answer.value.has_value()) return {{"type", answer.pending() ? "pending" : "error"}};
  const NameTree<Name>& tree = *answer.value;
  if (!tree.is_leaf()) return {{"type", tree.is_neg() ? "neg" : tree.is_fail() ? "fail" : "empty"}};
  if (const Path* next = std::get_if<Path>(&tree.leaf())) return {{"type", "path"}, {"path", next->Show()}};
  const auto& bound = std::get<BoundName>(tree.leaf());
  return {{"type", "bound"}, {"id", bound.id.Show()}, {"residual", bound.residual.Show()}};
}

Verdict RunDelegateCase(const Json& test) {
  Verdict verdict;
  const std::string op = test.at("op");
  if (UnservedOps().contains(op) || UnservedFeatures().contains(test.value("feature", ""))) {
    verdict.NotRun();
  } else if (op == "bind" || op == "bind_namers" || op == "bind_layers") {
    Bind(test, &verdict);
  } else if (op == "bind_sequence") {
    BindSequence(test, &verdict);
  } else if (op == "delegate") {
    Delegate(test, &verdict);
  } else if (op == "namer_lookup") {
    NamerLookup(test, &verdict);
  } else if (op == "fs_file") {
    RunFsFile(test, &verdict);
  } else if (op == "fs_lookup") {
    RunFsLookup(test, &verdict);
  } else if (op == "delegate_simplify") {
    const DelegateTree simple = Simplify(ExplanationFromJson(test.at("tree")));
    verdict.Check("tree", test.at("expect").at("tree"), ExplanationToJson(simple));
  } else {
    verdict.Fail("unknown op " + op);
  }
  return verdict;
}

}  // namespace heddle::conformance
