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

TEST_CASE("nested unions multiply their shares; a weight of 0 is nothing") {
  const BoundTree inner = BoundTree::Union({{1, Leaf("/#/b")}, {3, Leaf("/#/c")}});
  const BoundTree tree =
      BoundTree::Union({{2, Leaf("/#/a")}, {2, inner}, {0, Leaf("/#/d")}, {4, BoundTree::Neg()}});
  const BoundRoute route = Flatten({tree, {}});
  REQUIRE(route.targets.size() == 4);
  CHECK(route.targets[0].weight == Approx(0.25));
  CHECK(route.targets[1].weight == Approx(0.0625));
  CHECK(route.targets[2].weight == Approx(0.1875));
  CHECK(route.targets[3].weight == Approx(0.5));
  CHECK(route.targets[3].client.empty());
  CHECK(TargetLeaves(tree).size() == 3);
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
  CHECK(Flatten({BoundTree::Union({{0, Leaf("/#/a")}}), {}}).targets.empty());
}

}  // namespace
}  // namespace heddle
