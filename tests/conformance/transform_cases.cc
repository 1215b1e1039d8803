// transform, delegate_transform_name: transformers as their configuration makes them.
#include "absl/strings/match.h"
#include "lib/naming/delegate_json.h"
#include "lib/transformers/kinds.h"
#include "tests/conformance/case_namers.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

Json KindsOf(const Json& test) {
  if (!test.contains("transformer")) return Json::array();
  return test["transformer"].is_array() ? test["transformer"] : Json::array({test["transformer"]});
}

// True, and said so, if a transformer of the case comes with a later part of Heddle.
bool IsLater(const Json& test, Verdict* verdict) {
  for (const Json& kind : KindsOf(test)) {
    if (!absl::StartsWith(kind.at("kind").get<std::string>(), "io.l5d.k8s.")) continue;
    verdict->NotRun("later work: transformers of Kubernetes");
    return true;
  }
  return false;
}

Addr AddrFromJson(const Json& json) {
  const std::string type = json.at("type");
  if (type == "neg") return Addr::Absent();
  if (type == "pending") return Addr::Pending();
  if (type == "failed") return Addr::Failed(absl::UnavailableError(json.value("cause", "failed")));
  std::vector<Endpoint> endpoints;
  for (const Json& addr : json.at("addrs")) {
    Endpoint endpoint;
    endpoint.address =
        *SocketAddress::Parse(addr.at("ip").get<std::string>(), addr.at("port").get<uint16_t>());
    endpoint.meta = addr.value("meta", std::map<std::string, std::string>());
    endpoints.push_back(std::move(endpoint));
  }
  return Addr::Bound(std::move(endpoints));
}

BoundTree BoundFromJson(const Json& json, Verdict* verdict) {
  const std::string type = json.at("type");
  if (type == "fail") return BoundTree::Fail();
  if (type == "empty") return BoundTree::Empty();
  if (type == "neg") return BoundTree::Neg();
  if (type == "leaf") {
    return BoundTree::Leaf({PathOf(json.at("id"), verdict).value_or(Path()),
                            Constant(AddrFromJson(json.at("addr"))),
                            PathOf(json.at("residual"), verdict).value_or(Path())});
  }
  std::vector<BoundTree::Weighted> members;
  for (const Json& member : json.at("trees"))
    members.push_back({member.at("weight").get<double>(), BoundFromJson(member.at("tree"), verdict)});
  return BoundTree::Union(std::move(members));
}

// The endpoints in the form of the API.
Json WithMeta(Json addr) {
  if (addr.at("type") != "bound") return addr;
  if (!addr.contains("meta")) addr["meta"] = Json::object();
  for (Json& endpoint : addr["addrs"]) {
    if (!endpoint.contains("meta")) endpoint["meta"] = Json::object();
  }
  return addr;
}

void CheckAddr(const Json& expect, const std::shared_ptr<Watch<Addr>>& addr, CaseNamers* namers,
               Verdict* verdict) {
  const Subscription following = addr->Subscribe([](const Addr&) {});
  for (int i = 0; i < 50 && addr->Get().state == AddrState::kPending; ++i) namers->loop().RunOnce(Millis(20));
  const Json expected = WithMeta(expect);
  const Json ours = Json::parse(AddrToJson(addr->Get()));
  if (expected.at("type") == "bound" && expected.at("addrs").empty() && ours.at("type") == "neg")
    return verdict->Deviate("filtered_is_absent");
  verdict->Check("addr", expected, ours);
}

void CheckTree(const Json& expect, const BoundTree& tree, CaseNamers* namers, Verdict* verdict) {
  static constexpr const char* kNames[] = {"neg", "fail", "empty", "leaf", "alt", "union"};
  const std::string ours = kNames[static_cast<size_t>(tree.kind())];
  if (expect.at("type") != ours) return verdict->Differs("node", expect.dump(), ours);
  if (tree.is_leaf()) {
    verdict->CheckShown("id", expect.at("id"), tree.leaf().id.Show());
    verdict->CheckShown("residual", expect.at("residual"), tree.leaf().residual.Show());
    return CheckAddr(expect.at("addr"), tree.leaf().addr, namers, verdict);
  }
  if (!tree.is_union()) return;
  const Json& members = expect.at("trees");
  if (members.size() != tree.members().size()) return verdict->Fail("union has another number of members");
  for (size_t i = 0; i < members.size(); ++i) {
    verdict->Check("weight", members[i].at("weight"), tree.members()[i].weight);
    CheckTree(members[i].at("tree"), tree.members()[i].tree, namers, verdict);
  }
}

}  // namespace

absl::StatusOr<Transformers> CaseTransformers(const Json& test, const std::shared_ptr<Namer>& inet) {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse(KindsOf(test).dump(), "proxy.yaml", errors);
  std::vector<const ConfigNode*> entries;
  for (const auto& entry : document->root().items()) entries.push_back(entry.get());
  const TransformerConfigs configs = ReadTransformers(entries, errors);
  if (!errors.ok()) return errors.ToStatus();
  std::vector<SocketAddress> local;
  for (const Json& ip : test.value("local_ips", Json::array()))
    local.push_back(*SocketAddress::Parse(ip.get<std::string>(), 0));
  return MakeTransformers(configs, {inet, [local] { return local; }});
}

void RunTransform(const Json& test, Verdict* verdict) {
  if (IsLater(test, verdict)) return;
  const Json& expect = test.at("expect");
  CaseNamers namers(test);
  const auto transformers = CaseTransformers(test, namers.inet());
  if (transformers.ok() == ExpectsError(expect))
    return verdict->Fail(transformers.ok() ? "made, an error is expected" : transformers.status().ToString());
  if (!transformers.ok()) return;
  const BoundTree tree = TransformTree(*transformers, BoundFromJson(test.at("input"), verdict));
  CheckTree(expect.at("tree"), tree, &namers, verdict);
}

// The name of a transformer in an explanation.
void RunTransformName(const Json& test, Verdict* verdict) {
  if (IsLater(test, verdict)) return;
  const CaseNamers namers(test);
  const auto transformers = CaseTransformers(test, namers.inet());
  if (!transformers.ok()) return verdict->Fail(transformers.status().ToString());
  verdict->Check("name", test.at("expect").at("name"), transformers->front()->name());
}

}  // namespace heddle::conformance
