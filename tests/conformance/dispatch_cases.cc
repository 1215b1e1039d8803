// dispatch, dispatch_union, pick_distribution: what a proxy does with a bound tree.
#include "absl/strings/str_cat.h"
#include "proxy/route/bound_route.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

BoundTree TreeOf(const Json& json) {
  const std::string type = json.at("type");
  if (type == "fail") return BoundTree::Fail();
  if (type == "empty") return BoundTree::Empty();
  if (type == "neg") return BoundTree::Neg();
  if (type == "leaf") {
    return BoundTree::Leaf(
        {*Path::Parse(json.at("id").get<std::string>()), nullptr, *Path::Parse(json.value("residual", "/"))});
  }
  std::vector<BoundTree::Weighted> members;
  for (const Json& member : json.at("trees"))
    members.push_back({member.at("weight").get<double>(), TreeOf(member.at("tree"))});
  return BoundTree::Union(std::move(members));
}

// The part of the requests that each client gets, all with endpoints; "" is nowhere.
std::map<std::string, double> SharesOf(const BoundTree& tree) {
  const BoundRoute route = Flatten({tree, {}});
  if (route.targets.empty()) return {{"", 1.0}};
  const std::vector<double> shares = Shares(route, [](size_t) { return true; });
  std::map<std::string, double> by_client;
  for (size_t i = 0; i < shares.size(); ++i) by_client[route.targets[i].client] += shares[i];
  return by_client;
}

void CheckShare(absl::string_view what, double expected, double ours, Verdict* verdict) {
  if (std::abs(expected - ours) > 1e-9) verdict->Differs(what, absl::StrCat(expected), absl::StrCat(ours));
}

}  // namespace

void RunDispatch(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const double expected = expect.contains("error_kind") ? 1.0 : expect.value("error_fraction", 0.0);
  CheckShare("the part without a broker", expected, SharesOf(TreeOf(test.at("tree")))[""], verdict);
}

void RunPickDistribution(const Json& test, Verdict* verdict) {
  const auto client = [](size_t i) { return Path{"#", absl::StrCat(i)}; };
  const Json& expected = test.at("expect").at("probabilities");
  std::vector<BoundTree::Weighted> members;
  for (const Json& weight : test.at("weights"))
    members.push_back({weight.get<double>(), BoundTree::Leaf({client(members.size()), nullptr, Path()})});
  auto shares = SharesOf(BoundTree::Union(std::move(members)));
  for (size_t i = 0; i < expected.size(); ++i)
    CheckShare(absl::StrCat("member ", i), expected[i].get<double>(), shares[client(i).Show()], verdict);
}

}  // namespace heddle::conformance
