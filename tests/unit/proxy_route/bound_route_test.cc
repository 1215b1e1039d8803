#include "proxy/route/bound_route.h"

#include <catch2/catch.hpp>

#include "lib/watch/watch.h"

namespace heddle {
namespace {

BoundTree Leaf(const char* id, const char* residual = "/") {
  return BoundTree::Leaf({*Path::Parse(id), Constant(Addr::Pending()), *Path::Parse(residual)});
}

TEST_CASE("a leaf") {
  const BoundRoute route = Flatten({Leaf("/#/a", "/b/c"), {3, 4}});
  REQUIRE(route.targets.size() == 1);
  CHECK(route.targets[0].client == "/#/a");
  CHECK(route.targets[0].residual == "/b/c");
  CHECK(route.version == DtabVersion{3, 4});
  CHECK(Flatten({Leaf("/#/a"), {}}).targets[0].residual.empty());
}

const auto kAll = [](size_t) { return true; };

TEST_CASE("nested unions multiply their shares; a weight of 0 and what leads nowhere are nothing") {
  const BoundTree inner = BoundTree::Union({{1, Leaf("/#/b")}, {3, Leaf("/#/c")}});
  const BoundTree tree =
      BoundTree::Union({{2, Leaf("/#/a")}, {2, inner}, {0, Leaf("/#/d")}, {4, BoundTree::Neg()}});
  std::vector<BoundName> leaves;
  const BoundRoute route = Flatten({tree, {}}, &leaves);
  REQUIRE(route.targets.size() == 3);
  CHECK(Shares(route, kAll) == std::vector<double>{0.5, 0.125, 0.375});
  REQUIRE(leaves.size() == 3);
  CHECK(leaves[2].id.Show() == "/#/c");
}

TEST_CASE("what is not present leaves its share to the others of its union") {
  const BoundTree inner = BoundTree::Union({{1, Leaf("/#/b")}, {3, Leaf("/#/c")}});
  const BoundRoute route = Flatten({BoundTree::Union({{1, Leaf("/#/a")}, {1, inner}}), {}});
  const auto shares = [&](std::vector<bool> present) {
    return Shares(route, [&](size_t i) { return present[i]; });
  };
  CHECK(shares({true, true, true}) == std::vector<double>{0.5, 0.125, 0.375});
  CHECK(shares({true, false, true}) == std::vector<double>{0.5, 0, 0.5});
  CHECK(shares({true, false, false}) == std::vector<double>{1, 0, 0});
  CHECK(shares({false, true, true}) == std::vector<double>{0, 0.25, 0.75});
  CHECK(shares({false, false, false}) == std::vector<double>{0.5, 0.125, 0.375});
}

TEST_CASE("weights that are all 0 count alike") {
  const BoundRoute route = Flatten({BoundTree::Union({{0, Leaf("/#/a")}, {0, Leaf("/#/b")}}), {}});
  CHECK(Shares(route, kAll) == std::vector<double>{0.5, 0.5});
}

TEST_CASE("a $ in a union keeps its share") {
  const BoundRoute route = Flatten({BoundTree::Union({{1, BoundTree::Empty()}, {3, Leaf("/#/a")}}), {}});
  REQUIRE(route.targets.size() == 2);
  CHECK(route.targets[0].client.empty());
  CHECK(Shares(route, kAll) == std::vector<double>{0.25, 0.75});
}

TEST_CASE("a status is a target of its own kind") {
  const BoundRoute route = Flatten({Leaf("/%/io.l5d.port/80/$/io.buoyant.http.status/503"), {}});
  REQUIRE(route.targets.size() == 1);
  CHECK(route.targets[0].status == 503);
  CHECK(Flatten({Leaf("/#/a"), {}}).targets[0].status == 0);
}

TEST_CASE("a draw falls where the shares say") {
  const std::vector<double> shares{0, 0.25, 0, 0.75, 0};
  CHECK(Draw(shares, 0) == 1);
  CHECK(Draw(shares, 0.2499) == 1);
  CHECK(Draw(shares, 0.25) == 3);
  CHECK(Draw(shares, 1.0) == 3);
  CHECK(Draw({1}, 0.5) == 0);
}

TEST_CASE("of alternates, the first that is there") {
  CHECK(Flatten({BoundTree::Alt({BoundTree::Neg(), Leaf("/#/a"), Leaf("/#/b")}), {}}).targets[0].client ==
        "/#/a");
  CHECK(Flatten({BoundTree::Alt({BoundTree::Fail(), Leaf("/#/a")}), {}}).nowhere == '!');
}

TEST_CASE("nowhere, with the reason") {
  CHECK(Flatten({BoundTree::Neg(), {}}).nowhere == '~');
  CHECK(Flatten({BoundTree::Fail(), {}}).nowhere == '!');
  CHECK(Flatten({BoundTree::Empty(), {}}).nowhere == '$');
  const BoundRoute route = Flatten({BoundTree::Union({{1, BoundTree::Neg()}, {1, BoundTree::Neg()}}), {}});
  CHECK(route.nowhere == '~');
  CHECK(route.targets.empty());
  CHECK(Shares(route, kAll).empty());
}

}  // namespace
}  // namespace heddle
