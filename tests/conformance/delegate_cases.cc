#include <map>
#include <memory>
#include <optional>

#include "lib/naming/dependencies.h"
#include "lib/naming/local_interpreter.h"
#include "lib/naming/lookup.h"
#include "lib/naming/status_name.h"
#include "lib/naming/utility_namers.h"
#include "tests/conformance/case_namers.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

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
  const auto path = PathOf(test.at("path"), verdict);
  if (!local.has_value() || !path.has_value()) return;
  const CaseNamers namers(test);
  LocalInterpreter interpreter(std::make_shared<DtabSource>(stored), namers.all());
  const auto watch = interpreter.Bind(*local, *path);
  const Subscription subscription = watch->Subscribe([](const auto&) {});
  CheckBinding(test.at("expect"), watch->Get(), verdict);
}

// The same over time: each step may change the stored dtab and says what the name is bound to then.
void BindSequence(const Json& test, Verdict* verdict) {
  const auto local = DtabOf(test.contains("local") ? test["local"] : Json(""), verdict);
  const auto path = PathOf(test.at("path"), verdict);
  if (!local.has_value() || !path.has_value()) return;
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

// One step: what the namers and built-in names say about a path.
Activity<NameTree<Name>> LookupStep(const CaseNamers& namers, const Path& path) {
  const Dtab none;
  const std::vector<PrefixedNamer> all = WithInetForms(namers.all());
  Dependencies dependencies([] {});
  dependencies.Begin();
  return Lookup(none, none, all, dependencies).Namers(path);
}

void NamerLookup(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const auto path = PathOf(test.at("path"), verdict);
  if (!path.has_value()) return;
  const CaseNamers namers(test);
  const Json ours = AnswerToJson(LookupStep(namers, *path));
  if (ExpectsError(expect)) {
    verdict->Check("type", "error", ours["type"]);
  } else {
    verdict->Check("answer", expect, ours);
  }
}

// Every name there is below /$/.
void Catalog(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const CaseNamers namers(test);
  const auto known = [&](const std::string& name) {
    return !LookupStep(namers, Path{"$", name, "8080", "8080"}).failed();
  };
  const std::set<std::string> later = expect.value("needs_zookeeper", std::set<std::string>());
  for (const Json& json : expect.at("names")) {
    const std::string name = json;
    if (known(name)) continue;
    if (later.contains(name)) {
      verdict->Deviate("zookeeper_names");
    } else {
      verdict->Fail("/$/" + name + " is not known");
    }
  }
  if (known("io.buoyant.nosuch")) verdict->Fail("/$/io.buoyant.nosuch is known");
}

}  // namespace

Json AnswerToJson(const Activity<NameTree<Name>>& answer) {
  if (!answer.value.has_value()) return {{"type", answer.pending() ? "pending" : "error"}};
  const NameTree<Name>& tree = *answer.value;
  if (!tree.is_leaf()) return {{"type", tree.is_neg() ? "neg" : tree.is_fail() ? "fail" : "empty"}};
  if (const Path* next = std::get_if<Path>(&tree.leaf())) return {{"type", "path"}, {"path", next->Show()}};
  const auto& bound = std::get<BoundName>(tree.leaf());
  if (const auto status = StatusOfId(bound.id); status.has_value())
    return {{"type", "service"}, {"http_status", *status}, {"residual", bound.residual.Show()}};
  return {{"type", "bound"}, {"id", bound.id.Show()}, {"residual", bound.residual.Show()}};
}

Verdict RunDelegateCase(const Json& test) {
  using Run = void (*)(const Json&, Verdict*);
  static const auto& runs = *new std::map<std::string, Run>{
      {"bind", Bind},
      {"bind_namers", Bind},
      {"bind_layers", Bind},
      {"bind_sequence", BindSequence},
      {"namer_lookup", NamerLookup},
      {"catalog", Catalog},
      {"namerd_config", RunNamerdConfig},
      {"fs_file", RunFsFile},
      {"fs_lookup", RunFsLookup},
      {"rewrite", RunRewrite},
      {"path_match", RunPathMatch},
      {"delegate", RunDelegate},
      {"delegate_simplify", RunDelegateSimplify},
      {"delegate_find", RunDelegateFind},
      {"dispatch", RunDispatch},
      {"dispatch_union", RunDispatch},
      {"pick_distribution", RunPickDistribution},
      {"transform", RunTransform},
      {"delegate_transform_name", RunTransformName},
      {"delegate_transform_json", RunDelegate},
  };
  Verdict verdict;
  const std::string op = test.at("op");
  const auto run = runs.find(op);
  if (run == runs.end()) {
    verdict.Fail("unknown op " + op);
  } else {
    run->second(test, &verdict);
  }
  return verdict;
}

}  // namespace heddle::conformance
