// The recorded behaviour of Linkerd 1.x (delegate.json, op "transform"), case by case.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "tests/unit/transformers/support.h"

namespace heddle {
namespace {

using nlohmann::json;

BoundTree TreeOf(const json& tree) {
  if (tree["type"] == "neg") return BoundTree::Neg();
  REQUIRE(tree["type"] == "leaf");
  std::vector<Endpoint> endpoints;
  for (const json& addr : tree["addr"]["addrs"]) {
    endpoints.push_back({SocketAddress::Parse(addr["ip"].get<std::string>(), addr["port"]).value(), 1.0, {}});
  }
  return BoundTree::Leaf({Path::Parse(tree["id"].get<std::string>()).value(),
                          Constant(Addr::Bound(std::move(endpoints))),
                          Path::Parse(tree["residual"].get<std::string>()).value()});
}

std::string ShowWithAddr(const BoundTree& tree) {
  std::string text = ShowBound(tree);
  tree.ForEachLeaf([&text](const BoundName& client) {
    const Subscription follow = client.addr->Subscribe([](const Addr&) {});
    text += " = " + ShowAddr(client.addr->Get());
  });
  return text;
}

TEST_CASE("Clients become what the recorded cases say") {
  std::ifstream file(HEDDLE_VECTORS "/delegate.json");
  int checked = 0;
  for (const json& vector : json::parse(file)) {
    if (vector["op"] != "transform") continue;
    const json& config = vector["transformer"];
    const json list = config.is_array() ? config : json::array({config});
    if (absl::StrContains(list.dump(), "io.l5d.k8s.")) continue;
    INFO(vector["id"]);
    const ReadList read(list.dump());
    REQUIRE(read.errors.empty());
    TransformerContext context{std::make_shared<FakeInet>(), {}};
    context.local_addresses = [&vector]() -> absl::StatusOr<std::vector<SocketAddress>> {
      std::vector<SocketAddress> addresses;
      for (const json& ip : vector["local_ips"]) addresses.push_back(Ip(ip.get<std::string>()));
      return addresses;
    };
    const BoundTree tree = TransformTree(MakeTransformers(read.configs, context), TreeOf(vector["input"]));
    CHECK(ShowWithAddr(tree) == ShowWithAddr(TreeOf(vector["expect"]["tree"])));
    ++checked;
  }
  CHECK(checked == 10);
}

TEST_CASE("Transformers show in explanations under the recorded names") {
  std::ifstream file(HEDDLE_VECTORS "/delegate.json");
  int checked = 0;
  for (const json& vector : json::parse(file)) {
    if (vector["op"] != "delegate_transform_name") continue;
    const json list = json::array({vector["transformer"]});
    if (absl::StrContains(list.dump(), "io.l5d.k8s.")) continue;
    INFO(vector["id"]);
    const ReadList read(list.dump());
    REQUIRE(read.configs.size() == 1);
    const auto transformer = read.configs[0]->Make({std::make_shared<FakeInet>()});
    CHECK(transformer->name() == vector["expect"]["name"]);
    ++checked;
  }
  CHECK(checked == 2);
}

}  // namespace
}  // namespace heddle
