#include "namerd/mesh_api/delegate_proto.h"

#include <catch2/catch.hpp>

#include "proto/delegator.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

namespace wire = io::linkerd::mesh;

std::shared_ptr<const Dentry> DentryOf(absl::string_view text) {
  return std::make_shared<const Dentry>(ParseDentry(text).value());
}

TEST_CASE("An explanation keeps its shape, its rules and what failed") {
  const DelegateTree leaf{"/#/t/a", DentryOf("/svc=>/#/t"),
                          DelegateTree::Leaf{{P("/#/t/a"), nullptr, P("/rest")}}};
  const DelegateTree broken{"/x", DentryOf("/svc=>/x"), DelegateTree::Exception{"no answer"}};
  const DelegateTree tree{"/svc/a", nullptr,
                          DelegateTree::Alt{{leaf, broken, {"~", nullptr, DelegateTree::Neg()}}}};
  wire::BoundDelegateTree out;
  ToProto(tree, &out);
  CHECK(out.path().elems(1) == "a");
  // Linkerd's client reads no node without a dentry.
  CHECK(out.dentry().prefix().elems(0).label() == "/");
  CHECK(out.dentry().dst().has_neg());
  REQUIRE(out.alt().trees_size() == 3);
  CHECK(out.alt().trees(0).leaf().id().elems(2) == "a");
  CHECK(out.alt().trees(0).leaf().residual().elems(0) == "rest");
  CHECK(out.alt().trees(0).dentry().dst().leaf().id().elems(0) == "#");
  CHECK(out.alt().trees(1).exception() == "no answer");
  CHECK(out.alt().trees(2).has_neg());
  CHECK(out.alt().trees(2).has_path());
}

TEST_CASE("An explanation that is too deep for protobuf's readers is cut off, and says so") {
  const auto dentry = DentryOf("/a => 1 * /b & 2 * (/c | 1 * /d & 1 * /e)");
  DelegateTree tree{"/end", dentry, DelegateTree::Neg()};
  for (int i = 0; i < 200; ++i) {
    switch (i % 3) {
      case 0:
        tree = {"/a", dentry, DelegateTree::Delegate{std::make_shared<const DelegateTree>(std::move(tree))}};
        break;
      case 1:
        tree = {"/a", dentry, DelegateTree::Alt{{std::move(tree)}}};
        break;
      default:
        tree = {"/a", dentry, DelegateTree::Union{{{1.0, std::move(tree)}}}};
    }
  }
  wire::DelegateTreeRsp response;
  ToProto(tree, response.mutable_tree());
  const std::string bytes = response.SerializeAsString();
  CHECK_THAT(bytes, Catch::Contains("goes deeper"));
  CHECK(wire::DelegateTreeRsp().ParseFromString(bytes));
}

}  // namespace
}  // namespace heddle::namerd
