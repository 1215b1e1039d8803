// Which side of a union a user is on: shares, consistency, and that nobody drifts back.
#include "proxy/route/rendezvous.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/signing/digest.h"
#include "lib/watch/watch.h"

namespace heddle {
namespace {

BoundTree Leaf(const std::string& id) {
  return BoundTree::Leaf({*Path::Parse(id), Constant(Addr::Pending()), Path()});
}

using Members = std::vector<std::pair<std::string, double>>;

BoundTree Union(const Members& members) {
  std::vector<BoundTree::Weighted> weighted;
  for (const auto& [id, weight] : members) weighted.push_back({weight, Leaf(id)});
  return BoundTree::Union(std::move(weighted));
}

constexpr int kUsers = 20000;
std::vector<uint64_t> Users() {
  std::vector<uint64_t> pins;
  for (int i = 0; i < kUsers; ++i) pins.push_back(Digest64(absl::StrCat("user-", i)));
  return pins;
}

// The client each user is sent to, while the `absent` one has no endpoints.
std::vector<std::string> Sides(const BoundTree& tree, const std::string& absent = "") {
  const BoundRoute route = Flatten({tree, {}});
  const std::vector<double> shares =
      Shares(route, [&](size_t i) { return route.targets[i].client != absent; });
  const std::vector<uint64_t> names = RendezvousNames(route.targets);
  std::vector<std::string> sides;
  for (const uint64_t pin : Users()) sides.push_back(route.targets[RendezvousOf(names, shares, pin)].client);
  return sides;
}

int Count(const std::vector<std::string>& sides, const std::string& client) {
  return static_cast<int>(std::count(sides.begin(), sides.end(), client));
}

// Pearson's statistic of how users are spread against how they should be.
double ChiSquare(const std::vector<std::string>& sides, const Members& members) {
  double sum = 0;
  for (const auto& [id, weight] : members) sum += weight;
  double statistic = 0;
  for (const auto& [id, weight] : members) {
    const double expected = kUsers * weight / sum;
    const double off = Count(sides, id) - expected;
    statistic += off * off / expected;
  }
  return statistic;
}

TEST_CASE("each side gets its share of the users") {
  // Exceeded once in a thousand: 10.8 with one degree of freedom, 13.8 with two, 27.9 with nine.
  for (const double percent : {1.0, 10.0, 50.0, 75.0}) {
    const Members members{{"/#/v1", 100 - percent}, {"/#/v2", percent}};
    INFO(percent);
    CHECK(ChiSquare(Sides(Union(members)), members) < 10.8);
  }
  const Members three{{"/#/v1", 0.5}, {"/#/v2", 0.3}, {"/#/v3", 0.2}};
  CHECK(ChiSquare(Sides(Union(three)), three) < 13.8);
  Members ten;
  for (int i = 0; i < 10; ++i) ten.push_back({absl::StrCat("/#/v", i), 1 + i});
  CHECK(ChiSquare(Sides(Union(ten)), ten) < 27.9);
}

TEST_CASE("growing a side moves users to it, and none away from it") {
  std::vector<std::string> before = Sides(Union({{"/#/v1", 100}, {"/#/v2", 0}}));
  CHECK(Count(before, "/#/v1") == kUsers);
  for (const double percent : {1, 10, 50, 90, 100}) {
    const auto after = Sides(Union({{"/#/v1", 100 - percent}, {"/#/v2", percent}}));
    for (int i = 0; i < kUsers; ++i) {
      if (before[i] == "/#/v2" && after[i] != "/#/v2") FAIL("user " << i << " moved back at " << percent);
    }
    before = after;
  }
  CHECK(Count(before, "/#/v2") == kUsers);
}

TEST_CASE("growing one of three sides moves nobody between the other two") {
  const auto before = Sides(Union({{"/#/v1", 60}, {"/#/v2", 30}, {"/#/v3", 10}}));
  const auto after = Sides(Union({{"/#/v1", 60}, {"/#/v2", 30}, {"/#/v3", 90}}));
  for (int i = 0; i < kUsers; ++i) {
    if (after[i] != before[i] && after[i] != "/#/v3") FAIL("user " << i << " moved to " << after[i]);
  }
  // The same where the two that shrink are a union of their own, as a rule that is a step of a shift has it.
  const auto step = [](double percent) {
    return Sides(
        BoundTree::Union({{100 - percent, Union({{"/#/v1", 2}, {"/#/v2", 1}})}, {percent, Leaf("/#/v3")}}));
  };
  const auto small = step(10);
  const auto large = step(50);
  for (int i = 0; i < kUsers; ++i) {
    if (large[i] != small[i] && large[i] != "/#/v3") FAIL("user " << i << " moved to " << large[i]);
  }
}

TEST_CASE("a side that loses its endpoints lends its users, by their shares, and gets them back") {
  const Members all{{"/#/v1", 50}, {"/#/v2", 30}, {"/#/v3", 20}};
  const auto before = Sides(Union(all));
  const auto without = Sides(Union(all), "/#/v3");
  for (int i = 0; i < kUsers; ++i) {
    if (before[i] != "/#/v3" && without[i] != before[i]) FAIL("user " << i << " had no reason to move");
  }
  CHECK(ChiSquare(without, {{"/#/v1", 50}, {"/#/v2", 30}}) < 10.8);
  CHECK(Sides(Union(all)) == before);
}

TEST_CASE("the order of a union's members does not count, nor what transformers put before their ids") {
  const auto sides = Sides(Union({{"/#/v1", 50}, {"/#/v2", 30}, {"/#/v3", 20}}));
  CHECK(Sides(Union({{"/#/v3", 20}, {"/#/v1", 50}, {"/#/v2", 30}})) == sides);
  const auto there = Sides(Union({{"/%/io.l5d.port/4140/#/v1", 50},
                                  {"/%/io.l5d.port/4140/#/v2", 30},
                                  {"/%/io.l5d.localhost/%/io.l5d.port/1/#/v3", 20}}));
  for (int i = 0; i < kUsers; ++i) {
    if (there[i].substr(there[i].find("/#/")) != sides[i]) FAIL("user " << i << " is elsewhere there");
  }
}

TEST_CASE("a member that is there twice has both shares") {
  const auto sides = Sides(Union({{"/#/v1", 25}, {"/#/v2", 50}, {"/#/v1", 25}}));
  CHECK(ChiSquare(sides, {{"/#/v1", 50}, {"/#/v2", 50}}) < 10.8);
}

TEST_CASE("who is among the first at one service is not so at the next") {
  const auto one = Sides(Union({{"/#/a-v1", 90}, {"/#/a-v2", 10}}));
  const auto other = Sides(Union({{"/#/b-v1", 90}, {"/#/b-v2", 10}}));
  int both = 0;
  for (int i = 0; i < kUsers; ++i) both += one[i] == "/#/a-v2" && other[i] == "/#/b-v2" ? 1 : 0;
  CHECK(both > kUsers / 100 - 60);  // 200 expected; four standard deviations
  CHECK(both < kUsers / 100 + 60);
}

// Proxies of different versions stand side by side in one fleet.
TEST_CASE("where users are does not depend on the version of the proxy") {
  const auto sides = Sides(Union({{"/#/io.l5d.fs/world-v1", 90}, {"/#/io.l5d.fs/world-v2", 10}}));
  std::string first;
  for (int i = 0; i < 64; ++i) first.push_back(sides[i].back());
  CHECK(first == "1111111111111111111111112111112111211121111111111111111111111221");
}

}  // namespace
}  // namespace heddle
