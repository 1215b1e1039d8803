#include "lib/mesh/convert.h"

#include <catch2/catch.hpp>

#include "lib/base/utf8.h"
#include "lib/mesh/limits.h"
#include "proto/dtab.pb.h"
#include "proto/mesh.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

namespace wire = io::linkerd::mesh;

std::shared_ptr<Watch<Addr>> NoAddr(const Path&) { return Constant(Addr::Pending()); }

TEST_CASE("Paths, dtabs and trees come back as they were") {
  for (const char* text : {"/", "/svc/web", "/#/io.l5d.fs/\\x00\\xff/x"}) {
    wire::Path path;
    ToProto(P(text), &path);
    CHECK(FromProto(path).value() == P(text));
  }
  for (const char* text : {"", "/a=>/b", "/a/*/c => 0.3 * /b & 0.7 * (/c | ~) ; / => ! ; /x => $ | /y/z"}) {
    wire::Dtab dtab;
    REQUIRE(ToProto(D(text), &dtab).ok());
    CHECK(FromProto(dtab).value() == D(text));
  }
  const auto leaf = [](absl::string_view id) { return BoundTree::Leaf({P(id), nullptr, P("/rest")}); };
  const BoundTree tree = BoundTree::Alt({BoundTree::Union({{0.25, leaf("/#/t/a")}, {3, leaf("/#/t/b")}}),
                                         BoundTree::Fail(), BoundTree::Empty()});
  mesh::v1::BoundTree proto;
  REQUIRE(ToProto(tree, &proto).ok());
  CHECK(FromProto(proto, NoAddr).value() == tree);
}

TEST_CASE("An empty label, rule or node is refused by what it is") {
  wire::Path path;
  path.add_elems("a");
  path.add_elems("");
  CHECK(FromProto(path).status().code() == absl::StatusCode::kInvalidArgument);

  wire::Dtab dtab;
  dtab.add_dentries()->mutable_dst()->mutable_neg();
  dtab.add_dentries();
  CHECK_THAT(std::string(FromProto(dtab).status().message()),
             Catch::StartsWith("rule 2: a tree node that says nothing"));
  dtab.mutable_dentries(1)->mutable_dst()->mutable_neg();
  dtab.mutable_dentries(1)->mutable_prefix()->add_elems();
  CHECK_THAT(std::string(FromProto(dtab).status().message()), Catch::StartsWith("rule 2: an empty segment"));
}

TEST_CASE("A weight that is none is refused") {
  for (const double weight : {-1.0, std::nan(""), HUGE_VAL}) {
    mesh::v1::BoundTree tree;
    auto* member = tree.mutable_union_()->add_trees();
    member->set_weight(weight);
    member->mutable_tree()->mutable_neg();
    CHECK(FromProto(tree, NoAddr).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("What is beyond the limits is refused, not followed") {
  SECTION("depth") {
    mesh::v1::BoundTree tree;
    mesh::v1::BoundTree* at = &tree;
    for (int i = 0; i < mesh_limits::kMaxTreeDepth; ++i) at = at->mutable_alt()->add_trees();
    at->mutable_neg();
    CHECK_THAT(std::string(FromProto(tree, NoAddr).status().message()), Catch::Contains("levels"));
  }
  SECTION("depth when writing") {
    BoundTree tree = BoundTree::Neg();
    for (int i = 0; i < mesh_limits::kMaxTreeDepth; ++i) tree = BoundTree::Union({{1.0, tree}});
    mesh::v1::BoundTree proto;
    CHECK(ToProto(tree, &proto).code() == absl::StatusCode::kInvalidArgument);
    // What is allowed has to be within what protobuf reads.
    REQUIRE(ToProto(tree.members().front().tree, &proto).ok());
    mesh::v1::FromNamerd message;
    *message.mutable_binding()->mutable_tree() = proto;
    CHECK(mesh::v1::FromNamerd().ParseFromString(message.SerializeAsString()));
  }
  SECTION("labels and bytes of a path") {
    wire::Path path;
    for (size_t i = 0; i <= mesh_limits::kMaxPathLabels; ++i) path.add_elems("x");
    CHECK_THAT(std::string(FromProto(path).status().message()), Catch::Contains("1025 segments"));
    path.Clear();
    path.add_elems(std::string(mesh_limits::kMaxPathBytes + 1, 'x'));
    CHECK_THAT(std::string(FromProto(path).status().message()), Catch::Contains("bytes"));
  }
  SECTION("items in all") {
    wire::Dtab dtab;
    for (size_t i = 0; i <= mesh_limits::kMaxItems / 2; ++i)
      dtab.add_dentries()->mutable_dst()->mutable_neg();
    CHECK(FromProto(dtab).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("Texts for string fields keep what is UTF-8") {
  CHECK(Utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z") == "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
  CHECK(Utf8("\xff"
             "a\xc3") == "?a?");
  CHECK(Utf8("\xc0\xaf\xed\xa0\x80\xf5") == "??????");
  CHECK(Utf8("\xe0\x80\x80\xf0\x80\x80\x80\xf4\x90\x80\x80") == "???????????");
}

}  // namespace
}  // namespace heddle::namerd
