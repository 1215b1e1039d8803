#include "lib/naming/addr.h"

#include <catch2/catch.hpp>

namespace heddle {
namespace {

Endpoint At(absl::string_view ip, double weight) { return {*SocketAddress::Parse(ip, 80), weight, {}}; }

TEST_CASE("A bound set is sorted, and the first of duplicates stays") {
  const Addr addr = Addr::Bound({At("10.0.0.2", 1), At("10.0.0.1", 2), At("10.0.0.2", 3)});
  REQUIRE(addr.endpoints->size() == 2);
  CHECK((*addr.endpoints)[0] == At("10.0.0.1", 2));
  CHECK((*addr.endpoints)[1] == At("10.0.0.2", 1));
}

TEST_CASE("The states are told apart; equal sets are equal") {
  CHECK(Addr::Bound({At("10.0.0.1", 1)}) == Addr::Bound({At("10.0.0.1", 1)}));
  CHECK_FALSE(Addr::Bound({At("10.0.0.1", 1)}) == Addr::Bound({At("10.0.0.1", 2)}));
  CHECK_FALSE(Addr::Bound({}) == Addr::Absent());
  CHECK_FALSE(Addr::Pending() == Addr::Absent());
  CHECK_FALSE(Addr::Failed(absl::UnavailableError("a")) == Addr::Failed(absl::UnavailableError("b")));
}

}  // namespace
}  // namespace heddle
