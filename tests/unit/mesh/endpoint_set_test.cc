#include "lib/mesh/endpoint_set.h"

#include <catch2/catch.hpp>

#include "lib/mesh/digest.h"
#include "proto/mesh.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

using mesh::v1::EndpointSet;

EndpointSet Snapshot(const Addr& addr) {
  EndpointSet message;
  WriteSnapshot(addr, addr.state == AddrState::kBound ? DigestOf(addr) : 0, &message);
  return message;
}

TEST_CASE("Every state of a set comes back as it was") {
  Endpoint with_meta = At("[::1]:80", 2.5);
  with_meta.meta = {{"authority", "web"}, {"nodeName", "n1"}};
  for (const Addr& addr : {Addr::Pending(), Addr::Absent(), Bound({}), Bound({"10.0.0.1:1", "10.0.0.2:2"}),
                           Addr::Bound({with_meta, At("1.2.3.4:5")}, {{"k", "v"}})}) {
    CHECK(ReadEndpointSet(Addr::Pending(), Snapshot(addr)).value() == addr);
  }
  const Addr failed =
      ReadEndpointSet(Addr::Pending(), Snapshot(Addr::Failed(absl::InternalError("x")))).value();
  CHECK(failed.state == AddrState::kFailed);
  CHECK(failed.error.message() == "x");
}

TEST_CASE("A change leads from one set to the other, whichever they are") {
  std::vector<Addr> sets = {Bound({}), Bound({"10.0.0.1:1"}),
                            Bound({"10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"}),
                            Bound({"10.0.0.0:1", "10.0.0.2:1", "10.0.0.9:1", "[::1]:1"}),
                            Addr::Bound({At("10.0.0.1:1", 3), At("10.0.0.2:1")}, {{"k", "v"}})};
  for (const Addr& from : sets) {
    for (const Addr& to : sets) {
      EndpointSet message;
      WriteChange(from, to, DigestOf(to), &message);
      CHECK(ReadEndpointSet(from, message).value() == to);
    }
  }
}

TEST_CASE("A change of one endpoint among many is one endpoint on the wire") {
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("10.0.0." + std::to_string(i) + ":80");
  const Addr from = Bound(many);
  many[50] = "10.0.1.1:80";
  EndpointSet message;
  WriteChange(from, Bound(many), 1, &message);
  CHECK(message.delta());
  CHECK(message.endpoints_size() == 1);
  CHECK(message.removed_size() == 1);
}

TEST_CASE("Endpoints that are none are refused") {
  EndpointSet message = Snapshot(Bound({"10.0.0.1:1"}));
  SECTION("address") { message.mutable_endpoints(0)->set_address("12345"); }
  SECTION("port") { message.mutable_endpoints(0)->set_port(65536); }
  SECTION("weight zero") { message.mutable_endpoints(0)->set_weight(0); }
  SECTION("weight not a number") { message.mutable_endpoints(0)->set_weight(std::nan("")); }
  SECTION("removed") {
    message.set_delta(true);
    message.add_removed()->set_address("");
  }
  CHECK(ReadEndpointSet(Bound({}), message).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("A change needs a set to change") {
  EndpointSet message = Snapshot(Bound({"10.0.0.1:1"}));
  message.set_delta(true);
  CHECK(ReadEndpointSet(Addr::Absent(), message).status().code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("Digests tell things apart, and are the same in every process") {
  CHECK(DigestOf(Bound({"10.0.0.1:1"})) == DigestOf(Bound({"10.0.0.1:1"})));
  CHECK(DigestOf(Bound({"10.0.0.1:1"})) != DigestOf(Bound({"10.0.0.1:2"})));
  CHECK(DigestOf(Addr::Bound({At("10.0.0.1:1", 2)})) != DigestOf(Bound({"10.0.0.1:1"})));
  const auto leaf = [](absl::string_view id, absl::string_view rest) {
    return BoundTree::Leaf({P(id), nullptr, P(rest)});
  };
  CHECK(DigestOf(leaf("/a/b", "/")) != DigestOf(leaf("/a", "/b")));
  CHECK(DigestOf(BoundTree::Union({{0.5, leaf("/a", "/")}})) !=
        DigestOf(BoundTree::Union({{0.6, leaf("/a", "/")}})));
  CHECK(DigestOf(BoundTree::Neg()) != DigestOf(BoundTree::Fail()));
  // A restarted namerd of another build has to agree with what proxies hold.
  CHECK(DigestOf(BoundTree::Neg()) == 0x7bd3144f29c0cc9eu);
}

}  // namespace
}  // namespace heddle::namerd
